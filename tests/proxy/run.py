"""nginx and HAProxy with the configurations of docs/tls.md, in front of a server on loopback; and the systemd unit of
docs/deploy.md: checked by systemd, and what it says to run is run, reloaded and stopped."""
import asyncio
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request

import websockets

HERE = os.path.dirname(os.path.abspath(__file__))
SO = os.path.abspath(os.environ["CHATROOM_SO"])
PHP = os.environ.get("PHP", "php")
results = {"passed": 0, "failed": 0}
trust = ssl.create_default_context()
trust.check_hostname = False
trust.verify_mode = ssl.CERT_NONE


def check(name, seen, expected):
    good = seen == expected
    results["passed" if good else "failed"] += 1
    print(f"{'ok  ' if good else 'FAIL'} {name}" + ("" if good else f": {seen!r}, not {expected!r}"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def documented(name, page="tls"):
    with open(os.path.join(HERE, f"../../docs/{page}.md"), encoding="utf-8") as f:
        return re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```\n<!-- end -->", f.read(), re.S).group(1)


def replaced(text, pairs):
    for old, new in pairs.items():
        if old not in text:
            raise SystemExit(f"docs/tls.md does not say {old!r} any more")
        text = text.replace(old, new)
    return text


def nginx(folder, port, backend):
    server = replaced(documented("nginx"), {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/ssl/chat/fullchain.pem": f"{folder}/cert.pem",
        "/etc/ssl/chat/privkey.pem": f"{folder}/key.pem",
        "127.0.0.1:8080": f"127.0.0.1:{backend}"})
    temp = "\n".join(f"{kind}_temp_path {folder}/{kind};"
                     for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    with open(f"{folder}/nginx.conf", "w", encoding="utf-8") as f:
        f.write(f"daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr;\n"
                f"events {{}}\nhttp {{ access_log off;\n{temp}\n{server}}}\n")
    return [shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"), "-c", f"{folder}/nginx.conf", "-e", "stderr"]


def haproxy(folder, port, backend):
    with open(f"{folder}/haproxy.cfg", "w", encoding="utf-8") as f:
        f.write(replaced(documented("haproxy"), {
            "bind :443": f"bind 127.0.0.1:{port}",
            "/etc/ssl/chat/both.pem": f"{folder}/both.pem",
            "127.0.0.1:8080": f"127.0.0.1:{backend}"}))
    return [shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin"), "-db", "-f", f"{folder}/haproxy.cfg"]


def wait_for(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nobody listens on {port}")


async def status_of(url, **options):
    try:
        async with websockets.connect(url, ssl=trust, **options):
            return 101
    except websockets.exceptions.InvalidStatusCode as e:
        return e.status_code


async def exchange(name, port):
    url, page = f"wss://127.0.0.1:{port}/ws", f"https://127.0.0.1:{port}"
    async with websockets.connect(url, ssl=trust, origin=page, max_size=None) as ws:
        check(f"{name}: the address without a header", await ws.recv(), "127.0.0.1")
        await ws.send("abc")
        check(f"{name}: an exchange", await ws.recv(), "cba")
        await ws.send("x" * 60000)
        check(f"{name}: a large one", await ws.recv(), "x" * 60000)
    check(f"{name}: the close code", ws.close_code, 1000)
    async with websockets.connect(url, ssl=trust, extra_headers={"X-Forwarded-For": "192.0.2.1"}) as ws:
        # the proxy has added 127.0.0.1 behind it, which is trusted
        check(f"{name}: the address with a header", await ws.recv(), "192.0.2.1")
    async with websockets.connect(url, ssl=trust, extra_headers={"X-Forwarded-For": "192.0.2.1, 192.0.2.2"}) as ws:
        check(f"{name}: the rightmost stranger", await ws.recv(), "192.0.2.2")
    check(f"{name}: a page of another origin", await status_of(url, origin="https://example.org"), 403)
    # without a port in either, the scheme decides: only X-Forwarded-Proto can tell it
    host = {"Host": "example.org"}
    check(f"{name}: an https page on the default port",
          await handshake(port, {**host, "Origin": "https://example.org"}), 101)
    check(f"{name}: an http page on the default port",
          await handshake(port, {**host, "Origin": "http://example.org"}), 403)


async def handshake(port, headers):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
    lines = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
             "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", **headers}
    writer.write(("GET /ws HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items()) + "\r\n").encode())
    line = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    return int(line.split()[1])


def fetch(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status
    except OSError as e:
        return repr(e)


def systemd(folder):
    unit = documented("systemd", "deploy")
    with open(f"{folder}/chatroom.service", "w", encoding="utf-8") as f:
        f.write(unit)
    verify = subprocess.run(["systemd-analyze", "verify", f"{folder}/chatroom.service"], capture_output=True, text=True,
                            timeout=60)
    told = [line for line in verify.stderr.splitlines() if "chatroom.service" in line]
    check("systemd: the unit is right", told, [])
    values = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line and not line.startswith("#"))
    command = replaced(values["ExecStart"], {
        "/usr/bin/php -d extension=chatroom": f"{PHP} -n -d extension={SO}",
        "/srv/chat/server.php": f"{HERE}/server.php"})
    process = subprocess.Popen(command.split(), stdout=subprocess.PIPE, text=True)
    try:
        port = int(process.stdout.readline())
        check("systemd: it serves", fetch(port, "/healthz"), 200)
        os.kill(process.pid, getattr(signal, "SIG" + re.search(r"kill -(\w+) \$MAINPID", values["ExecReload"]).group(1)))
        time.sleep(0.2)
        check("systemd: reloaded, it serves on", fetch(port, "/healthz"), 200)
        process.terminate()
        check("systemd: stopped, it ends well", process.wait(int(values["TimeoutStopSec"])), 0)
    finally:
        process.kill()


def main():
    folder = tempfile.mkdtemp()
    os.chmod(folder, 0o755)
    started = []
    try:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=chat",
                        "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"], check=True, capture_output=True)
        with open(f"{folder}/both.pem", "w", encoding="utf-8") as both:
            for part in ("cert", "key"):
                with open(f"{folder}/{part}.pem", encoding="utf-8") as f:
                    both.write(f.read())
        server = subprocess.Popen([PHP, "-n", "-d", f"extension={SO}", f"{HERE}/server.php"],
                                  stdout=subprocess.PIPE, text=True)
        started.append(server)
        backend = int(server.stdout.readline())
        for name, command in (("nginx", nginx), ("haproxy", haproxy)):
            port = free_port()
            with open(f"{folder}/{name}.log", "w", encoding="utf-8") as log:
                started.append(subprocess.Popen(command(folder, port, backend), stderr=log, stdout=log))
            try:
                wait_for(port)
                asyncio.run(asyncio.wait_for(exchange(name, port), 30))
                with urllib.request.urlopen(f"https://127.0.0.1:{port}/page", context=trust, timeout=10) as answer:
                    check(f"{name}: a plain request", answer.read(), b"127.0.0.1")
            except (Exception, SystemExit) as e:
                check(f"{name}: {e!r}", False, True)
                with open(f"{folder}/{name}.log", encoding="utf-8") as log:
                    print(log.read())
        try:
            systemd(folder)
        except Exception as e:
            check(f"systemd: {e!r}", False, True)
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(10)
        shutil.rmtree(folder)
    print(f"{results['passed']} passed, {results['failed']} failed")
    return results["failed"] > 0


sys.exit(main())
