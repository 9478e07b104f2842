"""Installs wheels and watches them start and be imported. Runs inside the sandbox only, where it is process 1.

Usage: probe.py install PLAN     the one that reports, as JSON on stdout; runs nothing of the wheels itself
       probe.py watch FD MODULE  a fresh interpreter under an audit hook; an empty MODULE is the start alone
"""

import json
import os
import sys

ROOT = "/trial"
TARGET = ROOT + "/target"
HOME = ROOT + "/home"
# What any library may write to: its temporary files and its cache.
FREE = (ROOT + "/tmp/", HOME + "/.cache/", "/dev/null", "/dev/tty")
LISTED = 50
LONGEST = 300
PIPE_BYTES = 256 * 1024


def main():
    if os.getpid() != 1 and sys.argv[1] == "install":
        sys.exit("probe: not in its sandbox")
    if sys.argv[1] == "install":
        install(json.loads(sys.argv[2]))
    else:
        watch(int(sys.argv[2]), sys.argv[3])


def install(plan):
    hide_from_children()
    report = {"python": sys.version.split()[0], "wrote": [], "executed": [], "connected": [], "imports": []}
    failure = pip_install(plan["files"], plan["installSeconds"])
    if failure is not None:
        report["failure"] = failure
    else:
        for module in ["", *plan["modules"]]:
            error = run_watched(report, module, plan["importSeconds"])
            if error is not None:
                report["imports"].append({"module": module or "(start-up)", "error": error})
        for path in left_behind():
            add(report["wrote"], "left: " + path)
    print(json.dumps(report), flush=True)


def hide_from_children():
    """Others of the same user can then neither trace this process nor open its descriptors (PR_SET_DUMPABLE)."""
    import ctypes

    if ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) != 0:
        sys.exit("probe: prctl failed")


def pip_install(files, seconds):
    import subprocess

    line = [sys.executable, "-I", "-B", "-m", "pip", "install", "--isolated", "--no-index", "--no-deps"]
    line += ["--only-binary", ":all:", "--no-compile", "--no-cache-dir", "--disable-pip-version-check"]
    line += ["--quiet", "--target", TARGET, *(ROOT + "/files/" + name for name in files)]
    try:
        ran = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return f"pip took longer than {seconds} s"
    if ran.returncode == 0:
        return None
    said = ran.stderr.decode("utf-8", "replace").strip().splitlines()
    errors = [one for one in said if one.startswith("ERROR")] or said[-1:]
    return cut(errors[-1] if errors else f"pip ended with status {ran.returncode}")


def run_watched(report, module, seconds):
    """Gives why the module could not be imported, or None; adds what was seen to the report."""
    import subprocess

    receive, send = os.pipe()
    line = [sys.executable, "-I", "-S", "-B", __file__, "watch", str(send), module]
    null = subprocess.DEVNULL
    child = subprocess.Popen(line, pass_fds=[send], stdin=null, stdout=null, stderr=null, cwd=ROOT + "/tmp")
    os.close(send)
    text = read_bounded(receive, seconds)
    is_over = ends_soon(child)
    end_everything_else()
    child.wait()
    error = f"its process ended with status {child.returncode}" if is_over else f"took longer than {seconds} s"
    for row in text.splitlines():
        try:
            kind, value = json.loads(row)
        except ValueError:
            continue
        if kind == "end":
            error = None if value == "" else cut(value)
        elif kind in ("wrote", "executed", "connected"):
            add(report[kind], value)
    return error


def read_bounded(descriptor, seconds):
    """All that is written until the writers are gone or the time is over."""
    import select
    import time

    deadline = time.monotonic() + seconds
    text = b""
    while len(text) < PIPE_BYTES:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            break
        piece = os.read(descriptor, 65536)
        if not piece:
            break
        text += piece
    os.close(descriptor)
    return text


def ends_soon(child):
    """Whoever has closed its pipe or used up its time has a second to leave."""
    import subprocess

    try:
        child.wait(1)
    except subprocess.TimeoutExpired:
        return False
    return True


def end_everything_else():
    """Process 1 of a namespace kills all others of it."""
    try:
        os.kill(-1, 9)
    except ProcessLookupError:
        pass


def left_behind():
    """What is there and nobody may have seen being written, as by native code."""
    found = []
    for top in ("/tmp", "/dev/shm", HOME):
        for folder, _, names in os.walk(top):
            for name in names:
                path = folder + "/" + name
                if not path.startswith(FREE) and len(found) < LISTED:
                    found.append(path)
    return found


def add(texts, text):
    text = cut(text)
    if len(texts) < LISTED and text not in texts:
        texts.append(text)


def cut(text):
    return str(text)[:LONGEST]


def watch(descriptor, module):
    import importlib
    import site

    os.set_inheritable(descriptor, False)
    tell = teller(descriptor)
    sys.addaudithook(auditor(tell))
    del sys.argv[1:]
    try:
        site.addsitedir(TARGET)
        site.execsitecustomize()
        site.execusercustomize()
        if module:
            importlib.import_module(module)
        tell("end", "")
    except BaseException as error:
        tell("end", f"{type(error).__name__}: {error}".strip().splitlines()[-1])


def teller(descriptor):
    left = [500]

    def tell(kind, text, write=os.write, dumps=json.dumps):
        if left[0] > 0 or kind == "end":
            left[0] -= 1
            write(descriptor, (dumps([kind, str(text)[:LONGEST]]) + "\n").encode())

    return tell


WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Which arguments of an event are paths that change.
CHANGING = {
    "os.mkdir": (0,), "os.rename": (0, 1), "os.remove": (0,), "os.rmdir": (0,), "os.link": (1,), "os.symlink": (1,),
    "os.chmod": (0,), "os.chown": (0,), "os.truncate": (0,), "os.utime": (0,),
}
RUNNING = {
    "subprocess.Popen": 1, "os.system": 0, "os.exec": 1, "os.posix_spawn": 1, "os.spawn": 2, "os.fork": None,
    "os.forkpty": None, "pty.spawn": 0,
}
REACHING = {
    "socket.connect": 1, "socket.bind": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0, "socket.gethostbyaddr": 0,
}


def auditor(tell):
    decode, resolve = os.fsdecode, os.path.realpath
    writing, changing, running, reaching, free = WRITING, CHANGING, RUNNING, REACHING, FREE

    def tell_path(what, path):
        if isinstance(path, int) or path is None:
            return
        path = resolve(decode(path))
        if not (path + "/").startswith(free):
            tell("wrote", f"{what}: {path}")

    def hook(event, args):
        if event == "open":
            if isinstance(args[2], int) and args[2] & writing:
                tell_path("open", args[0])
        elif event in changing:
            for index in changing[event]:
                tell_path(event, args[index])
        elif event in running:
            index = running[event]
            tell("executed", event if index is None else f"{event}: {args[index]!r}")
        elif event in reaching:
            tell("connected", f"{event}: {args[reaching[event]]!r}")

    return hook


main()
