import {
  ActionIcon,
  Anchor,
  Badge,
  Button,
  Card,
  type CSSVariablesResolver,
  createTheme,
  DataList,
  Drawer,
  type MantineColorsTuple,
  Modal,
  Table,
  Tooltip,
} from '@mantine/core';

/** The button shows a cross alone. */
const closeButtonProps = { 'aria-label': 'Close' };

/** The accent: deep petrol. Shade 7 carries white text at 5.9:1, shade 4 is legible on the dark body. */
const petrol: MantineColorsTuple = [
  '#eef8f6',
  '#d8eeea',
  '#b0dcd5',
  '#84c8be',
  '#5fb6aa',
  '#3f9f93',
  '#248077',
  '#14655f',
  '#0f524e',
  '#0a3d3a',
];

/** Neutral with a trace of the accent, so that greys and petrol belong together. */
const gray: MantineColorsTuple = [
  '#f7f9f9',
  '#eff2f2',
  '#e3e8e8',
  '#d2d9da',
  '#b9c2c4',
  '#96a2a5',
  '#6f7d81',
  '#556266',
  '#37444a',
  '#1d282d',
];

const dark: MantineColorsTuple = [
  '#d6dee0',
  '#b3bfc2',
  '#a0acb0',
  '#66747a',
  '#364248',
  '#2a353a',
  '#1f292e',
  '#151d21',
  '#10171a',
  '#0b1013',
];

const fonts =
  'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif';
const monospace = 'ui-monospace, "SF Mono", "Cascadia Mono", "Roboto Mono", Menlo, Consolas, monospace';

export const theme = createTheme({
  primaryColor: 'petrol',
  primaryShade: { light: 7, dark: 6 },
  colors: { petrol, gray, dark },
  black: '#18242a',
  fontFamily: fonts,
  fontFamilyMonospace: monospace,
  headings: {
    fontFamily: fonts,
    fontWeight: '640',
    sizes: {
      h1: { fontSize: '1.625rem', lineHeight: '1.25' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.4' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 'md',
  radius: { sm: '6px', md: '8px', lg: '12px' },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray' } }),
    Anchor: Anchor.extend({ defaultProps: { underline: 'hover' } }),
    Badge: Badge.extend({ defaultProps: { variant: 'light', radius: 'sm' } }),
    Button: Button.extend({ defaultProps: { fw: 550 } }),
    Card: Card.extend({ defaultProps: { withBorder: true, radius: 'lg', padding: 'lg' } }),
    DataList: DataList.extend({ defaultProps: { withDivider: true, labelWidth: '9.5rem' } }),
    Drawer: Drawer.extend({ defaultProps: { position: 'right', size: '27rem', closeButtonProps } }),
    Modal: Modal.extend({ defaultProps: { centered: true, radius: 'lg', closeButtonProps } }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 'sm', horizontalSpacing: 'sm' } }),
    Tooltip: Tooltip.extend({ defaultProps: { withArrow: true, openDelay: 200 } }),
  },
});

const tinted = ['petrol', 'red', 'orange', 'yellow', 'blue', 'gray'];

function tints(strength: number, textOf: (color: string) => string): Record<string, string> {
  const entries = tinted.flatMap((color) => [
    [
      `--mantine-color-${color}-light`,
      `color-mix(in srgb, var(--mantine-color-${color}-6) ${strength}%, transparent)`,
    ],
    [`--mantine-color-${color}-light-color`, textOf(color)],
  ]);
  return Object.fromEntries(entries);
}

/** Badges, alerts and quiet buttons: calmer tints than the library's own, with text at 4.5:1 or more on them. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: tints(11, (color) => `color-mix(in srgb, var(--mantine-color-${color}-9) 78%, black)`),
  dark: tints(20, (color) => `var(--mantine-color-${color}-3)`),
});
