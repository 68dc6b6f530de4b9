"""Measure what one operation costs a server, beside its peers, in one run.

The modules and folders, from the bottom up:

- `statistics`: medians, spreads, percentiles and paired ratios of samples.
- `errors`: what can go wrong, as one tree.
- `process`: `cores`, `clock`, `memory`, `machine`, `environment`: where a process runs and what it has
  used.
- `exchange`: `endpoint`, `payload`, `request`, `response`: where the bytes go, and which come back;
  `verification`: every contestant does the same work, checked before anything is timed.
- `case`, `contestant`, `arena`: what is asked, who answers, and where.
- `server`, `loader`: the two processes' ends of a measurement.
- `rounds`: everybody's turns, interleaved.
- `load`, `idle`, `startup`, `imports`: the kinds of measurement.
- `counts`: `calls`, `functions`, `syscalls`, `counting`: what is counted instead of timed, and its
  command line.
- `table`, `result`, `command`: Markdown, JSON and the command line.

Nothing here imports a web framework, so that other benchmarks can use the lower modules as they are.
"""
