/** The page's own style: readable in the dark and in the light, on paper and on a telephone. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #d8dee4; --bad: #b3261e; --good: #1a7f37; --usual: #57606a;
  --c0: #0b5cad; --c1: #b45309; --c2: #7a3e9d; --c3: #1a7f37; --c4: #b3261e; --c5: #57606a; --c6: #0e7490; }
@media (prefers-color-scheme: dark) { :root { --paper: #0f1318; --ink: #e8edf2; --soft: #a3adb8; --line: #313a44; --bad: #ff8a80; --good: #6fdd8b; --usual: #a3adb8;
  --c0: #6cb6ff; --c1: #f0b35e; --c2: #d2a8ff; --c3: #6fdd8b; --c4: #ff8a80; --c5: #a3adb8; --c6: #67d5e8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { margin-top: 2.5rem; font-size: 1.25rem; } h3 { margin: 0 0 .5rem; font-size: 1rem; }
p, figcaption, caption, li { max-width: 46rem; }
.soft, figcaption, caption { color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .5rem; }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child { text-align: left; font-weight: 500; } thead th { color: var(--soft); font-weight: 600; }
figure { margin: 1.5rem 0; } figcaption { font-size: .9rem; margin-top: .5rem; }
.plot { width: 100%; min-height: 12rem; }
details { margin: .5rem 0; } summary { cursor: pointer; } summary:focus-visible, .wide:focus-visible { outline: 3px solid var(--c0); outline-offset: 2px; }
.u-legend { color: var(--ink); font-size: .85rem; }
noscript p { border-left: 4px solid var(--bad); padding-left: .8rem; }
@media print { details { display: none; } }
`;
