"""A chat client on python3-websockets. Lines in: `send "text"`, `ping`, `close CODE`.
Lines out: `open`, `got "frame"`, `pong`, `closed CODE`."""

import asyncio
import json
import sys

import websockets


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def receive(ws):
    try:
        async for frame in ws:
            say("got " + json.dumps(frame))
    except websockets.ConnectionClosedError:
        pass
    say(f"closed {ws.close_code}")


async def main(url):
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=1 << 22)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with websockets.connect(url) as ws:
        say("open")
        receiver = asyncio.ensure_future(receive(ws))
        while line := await lines.readline():
            order, _, rest = line.decode().rstrip("\n").partition(" ")
            if order == "send":
                text = json.loads(rest)
                # short texts all in escapes, long ones as they are: both must arrive the same
                await ws.send(json.dumps({"message": text}, ensure_ascii=len(text) < 1000))
            elif order == "ping":
                await (await ws.ping())
                say("pong")
            elif order == "close":
                await ws.close(int(rest))
                break
        await receiver


asyncio.run(main(sys.argv[1]))
