"""Running code that people wrote, so that the kernel keeps it from everything it was not given.

``run_batch`` starts one Python process for a whole batch of items, which locks itself up before it reads a line of the
code and cannot undo it:

- Landlock (files): it reads Python's library, the installed packages and the pictures it was given, and writes plain
  files into one flat folder. No other file can be opened, in ``/proc`` neither; nothing is removed, renamed or linked.
- seccomp (everything else): an allow-list of some seventy system calls. No socket of any kind, no fork, thread or exec,
  no signal to anybody, no ptrace, no io_uring, bpf, keyring, mount or namespace. As it can start nothing, killing the
  one process ends all there is.
- rlimits and the starter's watch: memory, CPU time, open files, file size; wall time an item, bytes and number of files
  written, bytes printed and answered.
- an environment of five harmless variables, no inherited file but three pipes, death with its parent.

What comes back is read as a stranger's: strict JSON of bounded size and depth, files opened without following links.
An item that fails, loops or crashes fails alone; the process is started again for the rest.

Why our own, in 300 lines without a dependency: `sandlock` 0.9 was tried and held what it promises, but by default
asks for Linux 6.12, puts a native supervisor with threads of its own into the worker, kills the process at its memory
limit (so an item that asks for too much would take the process along), and lets unlinked files fill the disk.
`bubblewrap` needs a program of the system and unprivileged user namespaces, which hardened distributions and containers
turn off, and still wants a seccomp filter written for it. What is here needs Linux 5.13 with Landlock, x86-64 or ARM.

What it does not hide: that a path exists (``stat`` is answered), and the clock. Items of one batch share a process:
they run the same author's code. Where the kernel cannot do this, ``why_not`` says why and ``run_batch`` refuses, unless
the operator set ``ALP_CODE_UNSAFE``.
"""

from alp_site.lib.sandbox.checks import why_not
from alp_site.lib.sandbox.run import Answer, Limits, Refused, Request, SandboxUnavailable, run_batch

__all__ = ["Answer", "Limits", "Refused", "Request", "SandboxUnavailable", "run_batch", "why_not"]
