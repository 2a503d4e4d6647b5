import { Box } from '@mantine/core';
import type { ReactNode } from 'react';
import styles from '../styles/list.module.css';

/** A table where there is room, list items where there is not: nothing scrolls sideways. */
export function WideOrNarrow({ wide, narrow }: { wide: ReactNode; narrow: ReactNode }) {
  return (
    <>
      <Box visibleFrom="sm">{wide}</Box>
      <Box component="ul" hiddenFrom="sm" className={styles.list}>
        {narrow}
      </Box>
    </>
  );
}
