/** Works from 320 pixels on, in light and dark, by keyboard; no script and nothing loaded from elsewhere. */
export const style = `
:root { color-scheme: light dark; --ink: #1a1f36; --soft: #545969; --line: #d5dbe1; --paper: #fff; --back: #f6f8fa;
  --accent: #4f46e5; --on-accent: #fff; --danger: #b42318; --danger-back: #fef3f2; }
@media (prefers-color-scheme: dark) { :root { --ink: #f1f3f7; --soft: #b4bac6; --line: #3c4257; --paper: #1c2033;
  --back: #10131f; --accent: #8b85ff; --on-accent: #10131f; --danger: #fda29b; --danger-back: #3b1715; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
.banner { margin: 0; background: #fde68a; color: #422006; padding: .5rem 1rem; text-align: center; font-size: .875rem; }
main { max-width: 30rem; margin: 2rem auto; padding: 0 1rem; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 1.5rem; }
h1 { font-size: 1rem; font-weight: 500; color: var(--soft); margin: 0; }
.amount { font-size: 2.25rem; font-weight: 600; margin: 0 0 1rem; overflow-wrap: anywhere; }
dl { margin: 0 0 1.5rem; border-top: 1px solid var(--line); }
dl div { display: flex; justify-content: space-between; gap: 1rem; padding: .625rem 0; border-bottom: 1px solid var(--line); }
dt { color: var(--soft); } dd { margin: 0; text-align: right; overflow-wrap: anywhere; } .money { flex: none; }
label { display: block; font-weight: 500; margin-bottom: .25rem; }
select, button, .button { width: 100%; min-height: 44px; font: inherit; border-radius: 8px; }
select { border: 1px solid var(--line); background: var(--paper); color: var(--ink); padding: 0 .75rem; margin-bottom: 1rem; }
button { border: 1px solid var(--line); background: var(--paper); color: var(--ink); cursor: pointer; margin-bottom: .625rem; padding: .5rem 1rem; }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
button:hover { filter: brightness(.96); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent); } #back { display: inline-block; padding: .625rem 0; }
.notice { border-radius: 8px; padding: .75rem 1rem; margin: 0 0 1rem; border: 1px solid var(--line); }
.notice.error { background: var(--danger-back); border-color: var(--danger); color: var(--danger); }
`;
