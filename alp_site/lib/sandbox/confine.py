"""Locking up the calling process: Landlock and seccomp through ctypes. Standard library only, and no import of ours: it
is loaded by path in a Python that knows nothing of this project.

The order matters: no new privileges, then Landlock (needs its own system calls), then the filter, which forbids all of
these. Both hold for the one thread there is, and for ever.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable, Mapping

PR_SET_NO_NEW_PRIVS = 38
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446  # the same numbers on every architecture
LANDLOCK_VERSION = 1
SECCOMP_NUMBER = {"x86_64": 317, "aarch64": 277}
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
MAKE_REG, TRUNCATE = 1 << 8, 1 << 14
READ_ONLY = READ_FILE | READ_DIR
PLAIN_FILES = WRITE_FILE | READ_FILE | READ_DIR | MAKE_REG | TRUNCATE
"""In the folder for results: plain files are made, written and read; no folder, link, socket, pipe or device is made,
and nothing is removed or renamed, so all that is written can be seen and counted."""

ALLOWED = {  # name: (x86-64, ARM 64); None where the architecture has no such call
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "newfstatat": (262, 79), "stat": (4, None),
    "lstat": (6, None), "statx": (332, 291), "lseek": (8, 62), "pread64": (17, 67), "pwrite64": (18, 68),
    "readv": (19, 65), "writev": (20, 66), "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439),
    "readlink": (89, None), "readlinkat": (267, 78), "getdents64": (217, 61), "getcwd": (79, 17),
    "ftruncate": (77, 46), "fsync": (74, 82), "fdatasync": (75, 83), "sendfile": (40, 71),
    "copy_file_range": (326, 285),
    "dup": (32, 23), "dup2": (33, None), "dup3": (292, 24), "mmap": (9, 222), "mprotect": (10, 226),
    "munmap": (11, 215), "mremap": (25, 216), "madvise": (28, 233), "brk": (12, 214), "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "sigaltstack": (131, 132), "getpid": (39, 172),
    "gettid": (186, 178), "getppid": (110, 173), "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176),
    "getegid": (108, 177), "uname": (63, 160), "sysinfo": (99, 179), "getrusage": (98, 165), "times": (100, 153),
    "gettimeofday": (96, 169), "time": (201, None), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115), "nanosleep": (35, 101), "futex": (202, 98), "set_robust_list": (273, 99),
    "rseq": (334, 293), "sched_yield": (24, 124), "sched_getaffinity": (204, 123), "getrandom": (318, 278),
    "getrlimit": (97, 163), "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72),
    "restart_syscall": (219, 128), "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip
LOOKED_AT = {"openat": (257, 56), "ioctl": (16, 29), "fcntl": (72, 25), "prlimit64": (302, 261)}

O_ACCMODE, O_TRUNC = 0o3, 0o1000
O_REFUSED = 0o20000000 | 0o10000000 | 0o20000  # O_TMPFILE's own bit (a file nobody could see), O_PATH, O_ASYNC
TERMINAL_QUESTIONS = (0x5401, 0x5413, 0x5450, 0x5451)  # TCGETS, TIOCGWINSZ, FIONCLEX, FIOCLEX: what open() asks
FCNTL = (0, 1, 2, 3, 1030)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC; not F_SETOWN, which signals others

LD, JEQ, JSET, AND, RET = 0x20, 0x15, 0x45, 0x54, 0x06
ALLOW, KILL_PROCESS, EPERM = 0x7FFF0000, 0x80000000, 0x00050001
Instruction = tuple[int, int, int, int]


class CannotConfine(RuntimeError):
    """The kernel did not do what was asked; the process must end."""


def why_not() -> str:
    """Why this machine cannot confine code; empty when it can. Asks the kernel and changes nothing."""
    if sys.platform != "linux":
        return f"The sandbox needs Linux; this is {sys.platform}."
    if platform.machine() not in AUDIT_ARCH or struct.calcsize("P") != 8 or sys.byteorder != "little":
        return f"The sandbox knows x86-64 and 64-bit ARM; this is {platform.machine()}."
    if landlock_version() < 1:
        return "The kernel gives no Landlock (Linux 5.13 or newer, with landlock among the active security modules)."
    if _libc().prctl(21, 0, 0, 0, 0) < 0:  # PR_GET_SECCOMP
        return "The kernel gives no seccomp filters."
    return ""


def landlock_version() -> int:
    """The ABI the kernel speaks; negative when it has none."""
    return int(_syscall(LANDLOCK_CREATE, None, 0, LANDLOCK_VERSION))


def lock_up(readable: Iterable[str], writable: Iterable[str]) -> None:
    """Confines this process for good. ``readable``: files and folders; ``writable``: flat folders. Raises
    CannotConfine, and then the process may be half confined: end it."""
    if why := why_not():
        raise CannotConfine(why)
    if len(os.listdir("/proc/self/task")) != 1:  # noqa: PTH208  a thread would stay free
        raise CannotConfine("There is more than one thread.")
    if _libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise CannotConfine("no_new_privs was refused.")
    _landlock({**dict.fromkeys(readable, READ_ONLY), **dict.fromkeys(writable, PLAIN_FILES)})
    _seccomp(program(platform.machine()))


def _landlock(rules: Mapping[str, int]) -> None:
    version = landlock_version()
    files = (1 << 13) - 1
    for since, bit in ((2, 1 << 13), (3, TRUNCATE), (5, 1 << 15)):  # REFER, TRUNCATE, IOCTL_DEV
        files |= bit if version >= since else 0
    net, scopes = (3 if version >= 4 else 0), (3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _syscall(LANDLOCK_CREATE, struct.pack("<QQQ", files, net, scopes), size, 0)
    if ruleset < 0:
        raise CannotConfine("Landlock refused its rules.")
    for path, rights in rules.items():
        _allow(ruleset, path, rights & files)
    if _syscall(LANDLOCK_RESTRICT, ruleset, 0) != 0:
        raise CannotConfine("Landlock could not be put on.")
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, 0o10000000 | os.O_CLOEXEC)  # O_PATH
    except FileNotFoundError:
        return
    is_folder = (os.fstat(handle).st_mode & 0o170000) == 0o040000
    rights &= ~0 if is_folder else EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
    done = _syscall(LANDLOCK_ADD, ruleset, 1, struct.pack("<Qi", rights, handle), 0)
    os.close(handle)
    if done != 0:
        raise CannotConfine(f"Landlock refused a rule for {path}.")


def program(machine: str) -> list[Instruction]:
    """The filter: (code, jump if true, jump if false, value) each. Anything not named is answered with EPERM."""
    which = list(AUDIT_ARCH).index(machine)
    found: list[Instruction] = [
        (LD, 0, 0, 4),
        (JEQ, 1, 0, AUDIT_ARCH[machine]),
        (RET, 0, 0, KILL_PROCESS),
        (LD, 0, 0, 0),
    ]
    for numbers in ALLOWED.values():
        number = numbers[which]
        if number is not None:
            found += [(JEQ, 0, 1, number), (RET, 0, 0, ALLOW)]
    for name, body in _looks().items():
        found += [(JEQ, 0, len(body), LOOKED_AT[name][which]), *body]
    return [*found, (RET, 0, 0, EPERM)]


def _looks() -> dict[str, list[Instruction]]:
    """What is asked of the arguments of calls that are allowed in part; each ends in a verdict."""
    no, yes = (RET, 0, 0, EPERM), (RET, 0, 0, ALLOW)
    return {
        # Reading with O_TRUNC empties a file that may only be read, where Landlock does not know TRUNCATE yet.
        "openat": [
            (LD, 0, 0, _arg(2)), (JSET, 0, 1, O_REFUSED), no,
            (AND, 0, 0, O_ACCMODE | O_TRUNC), (JEQ, 0, 1, O_TRUNC), no, yes,
        ],
        "ioctl": _one_of(1, TERMINAL_QUESTIONS),
        "fcntl": _one_of(1, FCNTL),
        "prlimit64": [  # reading one's own limits: no process named, nothing to set
            (LD, 0, 0, _arg(0)), (JEQ, 1, 0, 0), no, (LD, 0, 0, _arg(2)), (JEQ, 1, 0, 0), no,
            (LD, 0, 0, _arg(2) + 4), (JEQ, 1, 0, 0), no, yes,
        ],
    }  # fmt: skip


def _one_of(index: int, values: Iterable[int]) -> list[Instruction]:
    body: list[Instruction] = [(LD, 0, 0, _arg(index))]
    for value in values:
        body += [(JEQ, 0, 1, value), (RET, 0, 0, ALLOW)]
    return [*body, (RET, 0, 0, EPERM)]


def _arg(index: int) -> int:
    """Where the low half of an argument lies in what the filter sees (little endian)."""
    return 16 + 8 * index


def _seccomp(instructions: list[Instruction]) -> None:
    packed = b"".join(struct.pack("<HBBI", *instruction) for instruction in instructions)
    held = ctypes.create_string_buffer(packed, len(packed))
    header = struct.pack("<HxxxxxxQ", len(instructions), ctypes.addressof(held))
    if _syscall(SECCOMP_NUMBER[platform.machine()], 1, 1, header) != 0:  # SET_MODE_FILTER, all threads
        raise CannotConfine("The seccomp filter was refused.")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _syscall(number: int, *args: int | bytes | None) -> int:
    call = _libc().syscall
    call.restype = ctypes.c_long
    return int(call(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in args)))
