import { Box, Code, Group, Stack, Tabs, Text } from '@mantine/core';
import { useMe } from '../api/account.ts';
import { type ModelInfo, useModels } from '../api/models.ts';
import { isZero } from '../money.ts';
import { type Snippet, snippets } from '../snippets.ts';
import styles from '../styles/snippet.module.css';
import { CopyButton, CopyValue } from './copy-value.tsx';
import { TextLink } from './links.tsx';
import { Section } from './section.tsx';

function SnippetPanel({ snippet, code }: { snippet: Snippet; code: string }) {
  return (
    <Tabs.Panel value={snippet.id} className={styles.panel}>
      <Code block className={styles.code} tabIndex={0} aria-label={`Example for ${snippet.label}`}>
        {code}
      </Code>
      <Box className={styles.copy}>
        <CopyButton label="example" value={code} />
      </Box>
    </Tabs.Panel>
  );
}

function Examples({ baseUrl }: { baseUrl: string }) {
  const model = exampleModel(useModels().data ?? []);
  return (
    <Tabs defaultValue="curl">
      <Tabs.List>
        {snippets.map(({ id, label }) => (
          <Tabs.Tab key={id} value={id}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {snippets.map((snippet) => (
        <SnippetPanel key={snippet.id} snippet={snippet} code={snippet.code({ baseUrl, model })} />
      ))}
    </Tabs>
  );
}

/** One that answers in words: a free one, which everybody may call, where there is one. */
function exampleModel(models: readonly ModelInfo[]): string {
  const spoken = models.filter(({ free, output_usd_per_million: price }) => free || !isZero(price));
  return (spoken.find(({ free }) => free) ?? spoken[0] ?? models[0])?.id ?? 'MODEL';
}

export function GettingStarted() {
  const { proxy_url } = useMe();
  return (
    <Section id="start" title="Make a call">
      <Text size="sm" c="dimmed" mb="md">
        Any client for OpenAI works: give it this base URL and one of your{' '}
        <TextLink to="/keys">API keys</TextLink>.
      </Text>
      {proxy_url ? (
        <Stack gap="md">
          <Group>
            <CopyValue label="Base URL" value={proxy_url} />
          </Group>
          <Examples baseUrl={proxy_url} />
        </Stack>
      ) : (
        <Text size="sm">The address of the proxy is not set up on this service yet.</Text>
      )}
    </Section>
  );
}
