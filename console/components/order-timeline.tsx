import { Text, Timeline } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { TopUpDetail } from '../../api/schemas/top-ups.ts';
import { useMe } from '../api/account.ts';
import { formatPrecise } from '../time.ts';
import { eventTitle, foldRepeats, nextSteps, sourceNote } from '../timeline.ts';

type OrderEvent = ReturnType<typeof foldRepeats>[number];

function EventNotes({ event, timeZone }: { event: OrderEvent; timeZone: string }) {
  const note = sourceNote(event.source);
  const times = event.times > 1 ? `${event.times} times, last ` : '';
  return (
    <>
      {event.detail && (
        <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
          {event.detail}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {times}
        <time dateTime={event.at}>{formatPrecise(event.at, timeZone)}</time>
        {note && ` · ${note}`}
      </Text>
    </>
  );
}

/** A plan that could not begin any more became balance. */
function titleOf(event: OrderEvent, { kind, fulfilled_as }: TopUpDetail): string {
  return eventTitle(event.kind, fulfilled_as === 'wallet' ? 'top_up' : kind);
}

export function OrderTimeline({ order }: { order: TopUpDetail }) {
  const { time_zone } = useMe();
  const events = foldRepeats(order.timeline);
  return (
    <div aria-live="polite">
      <Timeline active={events.length - 1} bulletSize={22} lineWidth={2} aria-label="What happened">
        {events.map((event) => (
          <Timeline.Item
            key={`${event.at} ${event.kind}`}
            title={titleOf(event, order)}
            bullet={<IconCheck size={12} stroke={3} aria-hidden />}
          >
            <EventNotes event={event} timeZone={time_zone} />
          </Timeline.Item>
        ))}
        {nextSteps(order).map((title, position) => (
          <Timeline.Item key={title} title={title} c="dimmed">
            <Text size="xs" c="dimmed">
              {position === 0 ? 'Waiting' : 'Then'}
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </div>
  );
}
