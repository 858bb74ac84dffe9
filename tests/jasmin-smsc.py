"""What stands around Jasmin in tests/jasmin-check.sh, in plain Python and none of Jasmin's code.

    serve SMPP_PORT TELL_PORT RECORD    an SMPP 3.4 message centre: takes and writes down what is submitted, and reports it
                                        delivered a second later (numbers in 0901: not; in 0908: refused)
    say TELL_PORT FROM TO CODING HEX [ESM]    lets it send one deliver_sm
    phone RECORD NUMBER                 what that phone got, one text a line, parts joined as their headers say
    jcli PORT                           types its input into Jasmin's console
"""
import asyncio
import itertools
import json
import socket
import struct
import sys

BINDS, SUBMIT, DELIVER, UNBIND, LINK = (0x01, 0x02, 0x09), 0x04, 0x05, 0x06, 0x15
RESPONSE, INVALID_ADDRESS, RECEIPT, UDHI = 0x80000000, 0x0B, 0x04, 0x40


class Centre:
    def __init__(self, record):
        self.record, self.bound = record, []
        self.names, self.numbers = itertools.count(1), itertools.count(1)

    def deliver(self, source, to, coding, message, esm):
        string = lambda word: word.encode() + b"\0"
        body = b"\0\1\1" + string(source) + b"\1\1" + string(to) + bytes([esm, 0, 0]) + b"\0\0" + bytes([0, 0, coding, 0])
        send(self.bound[-1], DELIVER, 0, next(self.numbers), body + bytes([len(message)]) + message)

    def report(self, sms, name, stat):
        dates = "submit date:2607010900 done date:2607010901"
        text = f"id:{name} sub:001 dlvrd:001 {dates} stat:{stat} err:000 text:-"
        self.deliver(sms["to"], sms["from"], 0, text.encode(), RECEIPT)

    def submitted(self, body):
        """Writes down a submit_sm; its status and its name."""
        sms, name = read_submit(body), "%08X" % next(self.names)
        status = INVALID_ADDRESS if sms["to"].endswith("0908") else 0
        with open(self.record, "a") as record:
            record.write(json.dumps({**sms, "status": status}) + "\n")
        if sms["registered"] & 1 and not status:
            stat = "UNDELIV" if sms["to"].endswith("0901") else "DELIVRD"
            asyncio.get_running_loop().call_later(1.0, self.report, sms, name, stat)
        return status, name

    async def serve(self, reader, writer):
        try:
            while True:
                length, command, status, number = struct.unpack("!LLLL", await reader.readexactly(16))
                body = await reader.readexactly(length - 16)
                if command in BINDS:
                    send(writer, command | RESPONSE, 0, number, b"SMSC\0")
                    self.bound.append(writer)
                elif command == SUBMIT:
                    status, name = self.submitted(body)
                    send(writer, SUBMIT | RESPONSE, status, number, b"" if status else name.encode() + b"\0")
                elif command in (LINK, UNBIND):
                    send(writer, command | RESPONSE, 0, number)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.bound = [known for known in self.bound if known is not writer]

    async def told(self, reader, writer):
        async for line in reader:
            say = json.loads(line)
            self.deliver(say["from"], say["to"], say["coding"], bytes.fromhex(say["hex"]), say["esm"])
            writer.write(b"ok\n")


def send(writer, command, status, number, body=b""):
    writer.write(struct.pack("!LLLL", 16 + len(body), command, status, number) + body)


def read_submit(body):
    def string(at):
        end = body.index(0, at)
        return body[at:end].decode("latin-1"), end + 1

    _, at = string(0)
    source, at = string(at + 2)
    to, at = string(at + 2)
    esm, at = body[at], at + 3
    _, at = string(at)
    _, at = string(at)
    registered, coding, length = body[at], body[at + 2], body[at + 4]
    content = body[at + 5 : at + 5 + length].hex()
    return {"from": source, "to": to, "esm": esm, "registered": registered, "coding": coding, "hex": content}


async def serve(smpp_port, tell_port, record):
    centre = Centre(record)
    await asyncio.start_server(centre.serve, "127.0.0.1", int(smpp_port))
    await asyncio.start_server(centre.told, "127.0.0.1", int(tell_port))
    await asyncio.Event().wait()


def say(port, source, to, coding, content, esm="0"):
    with socket.create_connection(("127.0.0.1", int(port)), 5) as tell:
        words = {"from": source, "to": to, "coding": int(coding), "hex": content, "esm": int(esm)}
        tell.sendall(json.dumps(words).encode() + b"\n")
        sys.exit(0 if tell.recv(9) == b"ok\n" else 1)


def phone(record, number):
    parts = {}
    for line in open(record):
        sms = json.loads(line)
        if sms["to"] != number or sms["status"]:
            continue
        content = bytes.fromhex(sms["hex"])
        header, content = (content[:6], content[6:]) if sms["esm"] & UDHI else (bytes([5, 0, 3, 0, 1, 1]), content)
        parts[header[5]] = content
        if len(parts) == header[4]:
            whole = b"".join(parts[n] for n in sorted(parts))
            print(whole.decode("utf-16-be" if sms["coding"] == 8 else "ascii"))
            parts = {}


def jcli(port):
    console = socket.create_connection(("127.0.0.1", int(port)), 15)

    def until(*ends):
        said = b""
        while not said.rstrip(b"\0 ").endswith(ends):
            got = console.recv(4096)
            if not got:
                break
            said += got
        return said.decode(errors="replace")

    console.sendall(b"\r\n")
    until(b"jcli :")
    for line in sys.stdin.read().splitlines():
        if line.strip():
            console.sendall(line.strip().encode() + b"\r\n")
            sys.stdout.write(until(b"jcli :", b">"))


if __name__ == "__main__":
    command, arguments = sys.argv[1], sys.argv[2:]
    if command == "serve":
        asyncio.run(serve(*arguments))
    else:
        {"say": say, "phone": phone, "jcli": jcli}[command](*arguments)
