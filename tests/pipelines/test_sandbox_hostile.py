"""Escapes that people's code may try. Each fails, harms nobody, and leaves the house as it was.

Most attacks return something true when they come through, so a test fails when one does. ``CONTROLS`` run some of the
same attacks unconfined and see them succeed: the attacks are real ones. Where the kernel gives no sandbox the suite is
skipped with the reason; in CI that is a failure.
"""

# ruff: noqa: E501, ISC004  the table of attacks: one program a line

from __future__ import annotations

import os
import platform
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from alp_site.env import ENV, ROOT
from alp_site.lib import sandbox
from alp_site.lib.sandbox import Answer, Limits, Refused, Request, checks, confine, run, run_batch

NO_SANDBOX = confine.why_not()
if NO_SANDBOX and not os.environ.get("CI"):
    pytest.skip(NO_SANDBOX, allow_module_level=True)

HEAD = """
import ctypes, errno, fcntl, json, os, signal, socket, subprocess, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
ARM = os.uname().machine == "aarch64"
def call(number, *args, arm=None):
    "A raw system call; raises OSError when the kernel says no."
    got = libc.syscall(ctypes.c_long(arm if ARM and arm is not None else number), *args)
    if got < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return got
def through(*calls):
    "Tries each; true if any comes through."
    failed = []
    for one in calls:
        try:
            return {"came through": str(one()) or "yes"}
        except (OSError, RuntimeError) as error:
            failed.append(str(error))
    raise PermissionError("; ".join(failed))
def attack(item, context):
"""
TAIL = """
def run(item, context):
    return {"outputs": {"got": attack(item, context)}}
"""
ERROR = frozenset({"code_error"})
MEMORY = frozenset({"out_of_memory", "code_error", "crashed"})
STOPPED = frozenset({"timeout"})
CRASH = frozenset({"crashed"})
FLOOD = frozenset({"too_much_output", "code_error"})
BAD = frozenset({"bad_result"})

# name: (what it does, how it may end)
ATTACKS: dict[str, tuple[str, frozenset[str]]] = {
    # --- the network
    "tcp_connect": ("socket.create_connection(('127.0.0.1', item['port']), 1); return 1", ERROR),
    "tcp_listen": ("s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); return 1", ERROR),
    "udp_send": ("socket.socket(2, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', item['port'])); return 1", ERROR),
    "ipv6": ("socket.socket(socket.AF_INET6); return 1", ERROR),
    "raw_socket": ("socket.socket(2, socket.SOCK_RAW, 1); return 1", ERROR),
    "netlink": ("socket.socket(16, socket.SOCK_RAW); return 1", ERROR),
    "vsock": ("socket.socket(40, socket.SOCK_STREAM); return 1", ERROR),
    "unix_socket": ("s = socket.socket(socket.AF_UNIX); s.connect(item['unix']); return 1", ERROR),
    "abstract_socket": ("s = socket.socket(socket.AF_UNIX); s.connect('\\0' + item['abstract']); return 1", ERROR),
    "socketpair": ("return bool(socket.socketpair())", ERROR),
    "resolve_a_name": ("return socket.getaddrinfo('example.org', 80)", ERROR),
    "urllib": ("import urllib.request as u; return u.urlopen(f'http://127.0.0.1:{item[\"port\"]}', timeout=1)", ERROR),
    # --- reading
    "read_a_secret": ("return open(item['secret']).read()", ERROR),
    "read_the_settings": ("return open(item['root'] + '/alp_site/settings/base.py').read()", ERROR),
    "read_dotenv": ("return open(item['root'] + '/.env.example').read()", ERROR),
    "read_the_database": ("return open(item['database'], 'rb').read(16).hex()", ERROR),
    "list_the_data_folder": ("return os.listdir(os.path.dirname(item['database']))", ERROR),
    "list_home": ("return os.listdir(item['home']) + ['x']", ERROR),
    "read_shadow": ("return open('/etc/shadow').read()", ERROR),
    "read_passwd": ("return open('/etc/passwd').read()", ERROR),
    "parents_environment": ("return open(f'/proc/{os.getppid()}/environ', 'rb').read().hex()", ERROR),
    "parents_memory": ("return open(f'/proc/{os.getppid()}/mem', 'rb').read(1)", ERROR),
    "parents_files": ("return os.listdir(f'/proc/{os.getppid()}/fd') + ['x']", ERROR),
    "parents_folder": ("return os.readlink(f'/proc/{os.getppid()}/cwd')", ERROR),
    "others_command_lines": ("return [open(f'/proc/{p}/cmdline').read() for p in os.listdir('/proc')]", ERROR),
    "own_proc": ("return open('/proc/self/environ').read()", ERROR),
    "through_proc_root": ("return open('/proc/self/root' + item['secret']).read()", ERROR),
    "requests_of_the_batch": ("return open(str(context.folder.parent / 'requests.jsonl')).read()", ERROR),
    "open_by_handle": ("return call(304, -100, b'x' * 64, 0, arm=265)", ERROR),
    "o_path_handle": ("return os.open(item['secret'], os.O_PATH)", ERROR),
    "chdir_then_read": ("os.chdir(os.path.dirname(item['secret'])); return open('secret').read()", ERROR),
    "chroot": ("os.chroot('.'); return 1", ERROR),
    # --- writing
    "write_outside": ("open(item['outside'] + '/x', 'w').write('x'); return 1", ERROR),
    "write_the_secret": ("open(item['secret'], 'a').write('x'); return 1", ERROR),
    "truncate_the_secret": ("os.truncate(item['secret'], 0); return 1", ERROR),
    "open_readable_truncating": ("os.open(os.__file__, os.O_RDONLY | os.O_TRUNC); return 1", ERROR),
    "change_the_library": ("open(os.__file__, 'a').write('x'); return 1", ERROR),
    "write_beside_its_folder": ("open('../x', 'w').write('x'); return 1", ERROR),
    "change_the_job": ("open('../job.json', 'w').write('x'); return 1", ERROR),
    "remove_the_secret": ("os.unlink(item['secret']); return 1", ERROR),
    "rename_over_the_secret": ("open('a', 'w'); os.rename('a', item['secret']); return 1", ERROR),
    "chmod_the_secret": ("os.chmod(item['secret'], 0o777); return 1", ERROR),
    "touch_the_secret": ("os.utime(item['secret'], (0, 0)); return 1", ERROR),
    "symlink": ("os.symlink(item['secret'], '0000.png'); return 1", ERROR),
    "hard_link": ("os.link(item['secret'], '0000.png'); return 1", ERROR),
    "device_file": ("os.mknod('0000.png', 0o20666, os.makedev(1, 5)); return 1", ERROR),
    "fifo": ("os.mkfifo('0000.png'); return 1", ERROR),
    "folder": ("os.mkdir('0000.png'); return 1", ERROR),
    "file_of_no_name": ("return os.open('.', os.O_TMPFILE | os.O_RDWR)", ERROR),
    "file_that_is_unlinked": ("f = open('a', 'wb'); os.unlink('a'); return 1", ERROR),
    "memory_file": ("return os.memfd_create('x')", ERROR),
    # --- results that name what is not theirs
    "result_from_outside": ("context.images.append({'file': item['secret'], 'name': 'x'}); return 1", BAD),
    "result_with_dots": ("context.images.append({'file': '../requests.jsonl', 'name': 'x'}); return 1", BAD),
    "result_that_is_not_there": ("context.images.append({'file': 'nothing', 'name': 'x'}); return 1", BAD),
    "result_that_is_a_number": ("context.images.append({'file': 7, 'name': 'x'}); return 1", BAD),
    # --- processes
    "fork": ("pid = os.fork(); os._exit(0) if not pid else 0; return pid", ERROR),
    "fork_bomb": ("while True: os.fork()", ERROR),
    "double_fork_and_setsid": (
        "if os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0:\n   open(item['outside'] + '/late', 'w')\n   time.sleep(60)\n"
        " return 1", ERROR,
    ),
    "vfork": ("return subprocess.run(['/bin/true']).returncode == 0", ERROR),
    "shell": ("os.execve('/bin/sh', ['sh', '-c', 'id'], {})", ERROR),
    "exec_itself": ("os.execv(sys.executable, [sys.executable, '-c', 'print(1)'])", ERROR),
    "system": ("return os.system('true') == 0 or sys.exit('refused')", ERROR),
    "spawn": ("return os.posix_spawn('/bin/true', ['true'], {})", ERROR),
    "thread": ("t = threading.Thread(target=print); t.start(); t.join(); return 1", ERROR),
    "multiprocessing": ("import multiprocessing as m; p = m.Process(target=print); p.start(); return 1", ERROR),
    "clone3": ("return call(435, b'\\0' * 88, 88)", ERROR),
    # --- signals and other processes
    "kill_the_parent": ("os.kill(os.getppid(), signal.SIGTERM); return 1", ERROR),
    "kill_everybody": ("os.kill(-1, signal.SIGUSR1); return 1", ERROR),
    "kill_the_group": ("os.killpg(os.getppid(), signal.SIGUSR1); return 1", ERROR),
    "signal_a_thread": ("return call(234, os.getppid(), os.getppid(), 10, arm=131) == 0", ERROR),
    "queue_a_signal": ("return call(129, os.getppid(), 10, b'\\0' * 128, arm=138) == 0", ERROR),
    "signal_by_owner": ("fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid()); return 1", ERROR),
    "pidfd": ("return os.pidfd_open(os.getppid())", ERROR),
    "ptrace": ("return call(101, 16, os.getppid(), 0, 0, arm=117) == 0", ERROR),
    "read_the_parents_memory": ("return call(310, os.getppid(), None, 0, None, 0, 0, arm=270) == 0", ERROR),
    "write_the_parents_memory": ("return call(311, os.getppid(), None, 0, None, 0, 0, arm=271) == 0", ERROR),
    "parents_priority": ("os.setpriority(os.PRIO_PROCESS, os.getppid(), 19); return 1", ERROR),
    "parents_limits": ("import resource as r; r.prlimit(os.getppid(), r.RLIMIT_NOFILE, (1, 1)); return 1", ERROR),
    # --- the kernel
    "io_uring": ("return call(425, 8, b'\\0' * 120)", ERROR),
    "bpf": ("return call(321, 0, b'\\0' * 120, 120, arm=280)", ERROR),
    "userfaultfd": ("return call(323, 1, arm=282)", ERROR),
    "perf": ("return call(298, b'\\0' * 120, 0, -1, -1, 0, arm=241)", ERROR),
    "keyring": ("return through(lambda: call(250, 0, -3, 0, arm=219), lambda: call(248, b'user', b'a', b'b', 1, -3, arm=217))",
                ERROR),
    "mount": ("return call(165, b'none', b'/mnt', b'tmpfs', 0, None, arm=40) == 0", ERROR),
    "unshare": ("return call(272, 0x10000000, arm=97) == 0", ERROR),
    "setns": ("return call(308, 0, 0, arm=268) == 0", ERROR),
    "load_a_module": ("return call(175, b'x', 1, b'', arm=105) == 0", ERROR),
    "shared_memory": ("return through(lambda: call(29, 7, 4096, 0o1666, arm=194), lambda: call(68, 7, 0o1666, arm=186))", ERROR),
    "become_another": ("os.setuid(1); return 1", ERROR),
    "another_filter": ("return call(317, 1, 0, b'\\0' * 16, arm=277) == 0", ERROR),
    "landlock_again": ("return call(444, None, 0, 1)", ERROR),
    "terminal_injection": ("return fcntl.ioctl(0, 0x5412, b'x')", ERROR),
    "own_library": (
        "open('own.so', 'wb').write(open(item['libc'], 'rb').read())\n own = ctypes.CDLL('./own.so', use_errno=True)\n"
        " if own.socket(2, 1, 0) < 0: raise OSError('no socket')\n return 1", ERROR | CRASH,
    ),
    # --- memory and time
    "memory_bomb": ("held = []\n while True: held.append(bytearray(1 << 24))", MEMORY),
    "one_huge_block": ("return len(bytearray(1 << 40))", MEMORY),
    "mapped_memory": ("import mmap; m = mmap.mmap(-1, 1 << 32); return m.write(b'x')", MEMORY),
    "shared_mapping": ("import mmap\n held = []\n while True: held.append(mmap.mmap(-1, 1 << 26)); held[-1].write(b'x' * 9)", MEMORY),
    "busy_loop": ("while True: pass", STOPPED),
    "sleep": ("time.sleep(600)", STOPPED),
    "loop_deaf_to_signals": (
        "for n in range(1, 32):\n  if n not in (9, 19): signal.signal(n, signal.SIG_IGN)\n while True: pass", STOPPED,
    ),
    "loop_that_catches_all": ("while True:\n  try:\n   while True: pass\n  except BaseException: pass", STOPPED),
    "waiting_for_input": ("return sys.__stdin__.read()", STOPPED),
    "more_cpu": ("import resource as r; r.setrlimit(r.RLIMIT_CPU, (-1, -1)); return 1", ERROR),
    "more_memory": ("import resource as r; r.setrlimit(r.RLIMIT_AS, (-1, -1)); return 1", ERROR),
    "more_priority": ("os.nice(-10); return 1", ERROR),
    "recursion": ("sys.setrecursionlimit(10 ** 9)\n def f(x): return f(x) + f(x)\n return f(1)", MEMORY | STOPPED),
    "crash": ("ctypes.string_at(0)", CRASH),
    "abort": ("os.abort()", CRASH),
    "exit": ("os._exit(0)", CRASH),
    "sys_exit": ("sys.exit(0)", ERROR),
    # --- output without end
    "disk_bomb": ("while True:\n  with open(f'{time.time()}', 'wb') as f: f.write(b'x' * (1 << 22))", FLOOD),
    "one_huge_file": ("f = open('a', 'wb')\n while True: f.write(b'x' * (1 << 22))", FLOOD),
    "reserved_file": ("f = open('a', 'wb'); os.posix_fallocate(f.fileno(), 0, 1 << 40); return 1", FLOOD),
    "many_files": ("while True: open(f'{time.time()}', 'wb')", FLOOD),
    "huge_standard_output": ("while True: os.write(1, b'x' * 65536)", FLOOD),
    "huge_standard_error": ("while True: os.write(2, b'x' * 65536)", FLOOD),
    "huge_result": ("return 'x' * (1 << 22)", ERROR),
    "huge_line_in_the_channel": ("while True: os.write(3, b'x' * 65536)", FLOOD),
    "deep_result": ("x = []\n for _ in range(500): x = [x]\n return x", BAD),
    "deeper_result": ("x = []\n for _ in range(100000): x = [x]\n return x", ERROR),
    # --- results that are none
    "nan": ("return float('nan')", ERROR),
    "infinity": ("return [1, -float('inf')]", ERROR),
    "nan_past_the_check": ("json.dumps = lambda *a, **k: '{\"n\": 0, \"result\": {\"outputs\": {\"got\": NaN}}, \"files\": []}'", BAD),
    "pickle": ("import pickle; return pickle.dumps(os.system)", ERROR),
    "object": ("return object()", ERROR),
    "zero_byte": ("return 'a\\0b'", BAD),
    "half_a_pair": ("return '\\ud800'", BAD),
    "huge_number": ("return 10 ** 400", BAD),
    "set": ("return {1: {2, 3}}", ERROR),
    "forged_answer": ("os.write(3, b'{\"n\": 7}\\n'); return 1", BAD),
    "forged_rubbish": ("os.write(3, b'\\x80\\x04pickle\\n'); return 1", BAD),
    "forged_cannot": ("os.write(3, b'[\"cannot\"]\\n'); return 1", BAD),
    "closed_channel": ("os.close(3); return 1", CRASH),
    "closed_everything": ("os.closerange(0, 64); time.sleep(600)", CRASH),
}  # fmt: skip

CONTROLS = (
    "tcp_connect", "unix_socket", "abstract_socket", "read_a_secret", "parents_environment", "write_outside", "symlink",
    "hard_link", "vfork", "thread", "pidfd", "chdir_then_read", "memory_file", "own_library",
)  # fmt: skip
MISTAKES = (
    "SyntaxError",
    "IndentationError",
    "NameError",
    "AttributeError",
    "IndexError",
    "FileNotFoundError",
    "ImportError",
)
"""An attack that ends so was never tried: it is wrong itself."""
QUICK = Limits(seconds=1.0, memory_mb=256, answer_bytes=1 << 20, disk_bytes=24 << 20, file_bytes=16 << 20)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What attacks go for: a secret, a folder, listening sockets, a variable of the environment."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "secret").write_text("the secret")
    (folder / "outside").mkdir()
    tcp, unix, abstract = socket.socket(), socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    tcp.bind(("127.0.0.1", 0))
    name = f"alp-{os.getpid()}"
    unix.bind(path := tempfile.mktemp(prefix="alp-", suffix=".sock"))
    abstract.bind("\0" + name)
    for server in (tcp, unix, abstract):
        server.listen(64)
    database = folder / "data" / "alp.sqlite3"
    database.parent.mkdir()
    database.write_bytes(b"SQLite format 3\0")
    yield {
        "secret": str(folder / "secret"), "outside": str(folder / "outside"), "port": tcp.getsockname()[1], "unix": path,
        "abstract": name, "root": str(ROOT), "database": str(database), "home": str(Path.home()),
        "libc": next(line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "/libc.so" in line),
    }  # fmt: skip
    for server in (tcp, unix, abstract):
        server.close()
    Path(path).unlink()


@pytest.fixture
def signals() -> Iterator[list[int]]:
    """Signals that reached this process."""
    got: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        got.append(number)

    before = {n: signal.signal(n, note) for n in (signal.SIGTERM, signal.SIGUSR1, signal.SIGIO)}
    yield got
    for number, handler in before.items():
        signal.signal(number, handler)


def children() -> set[str]:
    return {pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


def house_of(world: dict[str, Any]) -> dict[str, Any]:
    """What an attack must leave as it is."""
    secret = Path(world["secret"])
    facts = secret.stat()
    return {
        "secret": (secret.read_text(), facts.st_mode, facts.st_nlink, facts.st_mtime_ns),
        "outside": os.listdir(world["outside"]),  # noqa: PTH208
        "handles": len(os.listdir("/proc/self/fd")),  # noqa: PTH208
        "children": children(),
        "folders": list(Path(tempfile.gettempdir()).glob(f"alp-code-{os.getpid()}-*")),
        "priority": os.getpriority(os.PRIO_PROCESS, 0),
    }


def try_it(name: str, world: dict[str, Any]) -> Answer | Refused:
    """Only what is to be stopped by the clock gets a short one; a busy machine fills memory slowly."""
    limits = QUICK if "timeout" in ATTACKS[name][1] else replace(QUICK, seconds=30)
    (reply,) = run_batch(HEAD + " " + ATTACKS[name][0] + TAIL, [Request(name, {"item": world})], limits=limits)
    return reply


@pytest.mark.parametrize("name", ATTACKS)
def test_escape_when_tried_then_it_fails_and_harms_nobody(name: str, world: dict[str, Any], signals: list[int]) -> None:
    before = house_of(world)
    reply = try_it(name, world)
    assert isinstance(reply, Refused), reply
    assert reply.code in ATTACKS[name][1], reply
    assert reply.data.get("type") not in MISTAKES, reply
    after = house_of(world)
    # What tests before this one left open, or running, may end meanwhile: none may have come.
    assert after.pop("handles") <= before.pop("handles")
    assert after.pop("children") <= before.pop("children")
    assert after == before
    assert signals == []


def test_escapes_are_many() -> None:
    assert len(ATTACKS) >= 30


@pytest.mark.thorough
@pytest.mark.parametrize("name", CONTROLS)
def test_control_when_unconfined_then_the_same_attack_comes_through(
    name: str, world: dict[str, Any], signals: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    unsafe = replace(ENV, code_unsafe=True)
    monkeypatch.setattr(run, "ENV", unsafe)
    monkeypatch.setattr(checks, "ENV", unsafe)
    reply = try_it(name, world)
    (Path(world["outside"]) / "x").unlink(missing_ok=True)
    assert isinstance(reply, Answer), reply
    assert reply.result["outputs"]["got"]


def test_environment_when_read_then_it_holds_nothing_of_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALP_SECRET_KEY", "swordfish")
    code = "import os\ndef run(item, context): return {'outputs': dict(os.environ)}"
    (reply,) = run_batch(code, [Request("1", {"item": {}})])
    assert isinstance(reply, Answer)
    assert set(reply.result["outputs"]) <= {"LANG", "TZ", "HOME", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "LC_CTYPE"}


def test_handles_when_listed_then_three_pipes_and_the_channel(world: dict[str, Any]) -> None:
    held = open(world["secret"])  # noqa: PTH123, SIM115  a handle that must not be inherited
    os.set_inheritable(held.fileno(), True)
    code = (
        "import os\ndef run(item, context):\n found = []\n for n in range(64):\n  try: found.append([n, os.fstat(n).st_mode >> 12])\n"
        "  except OSError: pass\n return {'outputs': {'found': found}}"
    )
    (reply,) = run_batch(code, [Request("1", {"item": {}})])
    held.close()
    assert isinstance(reply, Answer)
    pipe = 0o010000 >> 12
    assert reply.result["outputs"]["found"] == [[0, pipe], [1, pipe], [2, pipe], [3, pipe]]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="machine code of x86-64")
def test_other_call_convention_when_used_then_the_process_is_killed(world: dict[str, Any]) -> None:
    """32-bit calls have other numbers: getpid there is 20, which would be writev here."""
    code = (
        "import ctypes, mmap\ndef run(item, context):\n page = mmap.mmap(-1, 4096, prot=7)\n"
        " page.write(bytes.fromhex('b814000000cd80c3'))\n"
        " f = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))\n"
        " return {'outputs': {'pid': f()}}"
    )
    (reply,) = run_batch(code, [Request("1", {"item": {}})], limits=QUICK)
    assert isinstance(reply, Refused)
    assert reply.code == "crashed"


def test_batch_when_some_items_attack_then_they_fail_alone(world: dict[str, Any], signals: list[int]) -> None:
    code = (
        "import os, time\nstarts = []\ndef run(item, context):\n starts.append(1)\n n = item['n']\n"
        " if n == 2: os._exit(1)\n if n == 4: time.sleep(60)\n if n == 6: raise KeyError('six')\n if n == 8: return 8\n"
        " return {'outputs': {'n': n, 'calls': len(starts)}}"
    )
    replies = run_batch(code, [Request(str(n), {"item": {"n": n}}) for n in range(10)], limits=QUICK)
    assert [reply.id for reply in replies] == [str(n) for n in range(10)]
    assert [getattr(reply, "code", "ok") for reply in replies] == [
        "ok", "ok", "crashed", "ok", "timeout", "ok", "code_error", "ok", "code_error", "ok",
    ]  # fmt: skip
    calls = [reply.result["outputs"]["calls"] for reply in replies if isinstance(reply, Answer)]
    assert calls == [1, 2, 1, 1, 3, 5], "one process serves all, until an item ends it"


def test_batch_when_every_item_dies_then_it_is_given_up() -> None:
    code = "import os\ndef run(item, context): os._exit(1)"
    replies = run_batch(code, [Request(str(n), {"item": {}}) for n in range(8)], limits=QUICK)
    assert [getattr(reply, "code", "ok") for reply in replies] == ["crashed"] * 5 + ["gave_up"] * 3


def test_batch_when_cancelled_then_it_ends_soon() -> None:
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    code = "import time\ndef run(item, context): time.sleep(60)"
    requests = [Request(str(n), {"item": {}}) for n in range(3)]
    replies = run_batch(code, requests, limits=Limits(seconds=30), cancelled=stop.is_set)
    assert {getattr(reply, "code", "ok") for reply in replies} == {"cancelled"}


def test_disk_when_a_file_is_held_open_over_items_then_it_stays_counted(world: dict[str, Any]) -> None:
    """The name of a file stays as long as the process: nothing fills the disk where nobody looks."""
    code = (
        "held = []\ndef run(item, context):\n held.append(open(str(item['n']), 'wb'))\n"
        " for f in held:\n  f.seek(0); f.write(b'x' * (9 << 20)); f.flush()\n return {'outputs': {'n': item['n']}}"
    )
    replies = run_batch(code, [Request(str(n), {"item": {"n": n}}) for n in range(4)], limits=QUICK)
    assert [getattr(reply, "code", "ok") for reply in replies] == ["ok", "ok", "too_much_output", "ok"]


def test_picture_when_given_and_saved_then_it_comes_back(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (6, 4), (10, 20, 30)).save(tmp_path / "a.png")
    code = (
        "import numpy as np\ndef run(item, context):\n image = context.open_image()\n"
        " context.save_image(255 - np.asarray(image), 'inverted.png')\n return {'outputs': {'size': list(image.size)}}"
    )
    (reply,) = run_batch(code, [Request("1", {"item": {}}, image=tmp_path / "a.png")])
    assert isinstance(reply, Answer)
    assert reply.result == {"outputs": {"size": [6, 4]}, "images": [{"file": "0000.png", "name": "inverted.png"}]}
    (tmp_path / "b.png").write_bytes(reply.files["0000.png"])
    assert Image.open(tmp_path / "b.png").getpixel((0, 0)) == (245, 235, 225)


def test_error_when_raised_then_line_and_trace_are_the_codes_own() -> None:
    code = "def helper(x):\n    return 1 / x\n\ndef run(item, context):\n    print('before')\n    return {'outputs': helper(0)}\n"
    (reply,) = run_batch(code, [Request("1", {"item": {}})])
    assert isinstance(reply, Refused)
    assert (reply.code, reply.data["type"], reply.data["line"]) == ("code_error", "ZeroDivisionError", 2)
    assert reply.stdout == "before\n"
    assert "child.py" not in reply.data["trace"]


def test_machine_when_it_has_no_landlock_then_code_is_refused_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confine, "landlock_version", lambda: -1)
    checks._missing.cache_clear()
    try:
        assert "Landlock" in sandbox.why_not()
        with pytest.raises(sandbox.SandboxUnavailable, match="Landlock"):
            run_batch("def run(item, context): pass", [Request("1", {"item": {}})])
    finally:
        monkeypatch.undo()
        checks._missing.cache_clear()


def test_start_when_the_process_cannot_lock_itself_up_then_no_line_of_code_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A parent that believes in the sandbox and a child that finds none: the child refuses."""
    for name in ("child.py", "confine.py"):
        text = (Path(run.__file__).with_name(name)).read_text()
        (tmp_path / name).write_text(text.replace("if landlock_version() < 1:", "if True:"))
    monkeypatch.setattr(run, "__file__", str(tmp_path / "run.py"))
    with pytest.raises(sandbox.SandboxUnavailable, match="Landlock"):
        run_batch("def run(item, context): pass", [Request("1", {"item": {}})])


def test_filters_when_made_for_each_architecture_then_they_fit_the_kernel() -> None:
    for machine in confine.AUDIT_ARCH:
        program = confine.program(machine)
        assert len(program) < 4096
        for place, (code, yes, no, _) in enumerate(program):
            assert code in {confine.LD, confine.JEQ, confine.JSET, confine.AND, confine.RET}
            assert code == confine.RET or place + 1 + max(yes, no) < len(program)
        assert program[-1] == (confine.RET, 0, 0, confine.EPERM)
