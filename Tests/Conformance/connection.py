"""A connection of LBP/1 from either side: handshake, calls, credit, control; PROTOCOL.md, 4 to 10.

`Connection` holds the rules and touches neither socket nor clock of its own; what arrives goes in
by `receive`, what is to be sent stands in `output`. `Peer` moves its bytes over a blocking socket.
"""

import socket
import ssl
import time

from lbp import (BIDIRECTIONAL, CREDIT_MAXIMUM, DEFAULTS, END, MAGIC, NOT_PROCESSED,
                 SERVER_STREAM, UNARY, WireError, frame_size, read_frame, read_preface, require,
                 write_frame, write_preface)

ZERO = bytes(16)
FROM_CLIENT = {"HELLO", "AUTH", "PING", "PONG", "GOAWAY", "CREDIT", "OPEN", "DATA", "CANCEL",
               "skipped"}
FROM_SERVER = {"HELLO_ACK", "PING", "PONG", "GOAWAY", "CREDIT", "DATA", "STATUS", "skipped"}
STREAMED_ANSWERS = (SERVER_STREAM, BIDIRECTIONAL)


class Window:
    """Counts what may come `most` times in `seconds` from its first; section 12."""

    def __init__(self, most, seconds):
        self.most, self.seconds, self.count, self.began = most, seconds, 0, None

    def add(self, now, error, others=()):
        """Counts one, and refuses what is beyond the limit and half of what `others` happened."""
        if self.began is None or now - self.began >= self.seconds:
            self.began, self.count = now, 0
        self.count += 1
        allowed = sum(moment >= self.began for moment in others) // 2
        require(self.count <= max(self.most, allowed), error)


class Call:
    """One open call: what is left of both accounts, and which directions ended."""

    def __init__(self, kind, send_credit, receive_credit):
        self.kind, self.send_credit, self.receive_credit = kind, send_credit, receive_credit
        self.first_credit, self.first_send_credit, self.due = receive_credit, send_credit, 0
        self.sent_end = self.received_end = self.cancelled = False


class Connection:
    """The state of one side; `events` are the frames that its user has to act on."""

    def __init__(self, role, announce=None, environment=7, token=None, now=time.monotonic):
        self.role, self.now, self.announced = role, now, DEFAULTS | (announce or {})
        self.hello = {"agent": "py-ref/1", "environment": environment, **self.announced}
        self.environment, self.input, self.output, self.events = environment, b"", b"", []
        self.error, self.ready, self.preface_read, self.draining = None, False, False, None
        self.ended_by = None
        self.calls, self.last_stream, self.pings = {}, 0, []
        self.controls, self.small_grants = Window(1000, 5), Window(100, 5)
        self.cancels, self.opened = Window(100, 10), []
        self.ping_at, self.strikes, self.peer_hello, self.due = None, 0, {}, 0
        self._agree({})
        if role == "client":
            self.hello |= {"token": token} if token else {}
            self.output += write_preface(1, 1)
            self._send("HELLO", **self.hello)

    # Receiving ----------------------------------------------------------------------------------

    def receive(self, data):
        """Takes bytes as they come; a broken rule leaves `error` and the GOAWAY in `output`."""
        self.input += data
        self._guarded(self._read_all)

    def ended(self):
        """The peer's stream ended: an error inside a frame, and nobody is there to be told."""
        if self.input and not self.error:
            self.error = WireError("truncated")

    def _guarded(self, action):
        """Does `action` unless the connection failed; its error is answered by section 13."""
        try:
            if not self.error:
                action()
        except WireError as error:
            self.error, self.input = error, b""
            if error.reason is not None:
                self._goaway(error.reason, 0)
            elif str(error) == "noCommonVersion" and self.role == "server":
                self.output += write_preface(1, 1)

    def _read_all(self):
        if not self._read_preface():
            return
        while True:
            limits = () if self.ready else (4096, "helloTooLong")
            size = frame_size(self.input, *limits or (self.agreed["maximumPayload"],))
            if size is None or len(self.input) < size:
                return
            frame = read_frame(self.input[:size], extension_limit=2048)
            self.input = self.input[size:]
            self._dispatch(frame)

    def _read_preface(self):
        """Whether the preface is behind us; a client has one to read only when it is refused."""
        if self.role == "client":
            refused = not self.ready and self.input.startswith(MAGIC) and len(self.input) >= 8
            require(not refused, "noCommonVersion")
            return not self.ready and not self.input.startswith(MAGIC) or self.ready
        if not self.preface_read and self.input:
            require(MAGIC.startswith(self.input[:4]), "badMagic")
            if len(self.input) >= 8:
                lowest, highest = read_preface(self.input)
                require(lowest <= 1 <= highest, "noCommonVersion")
                self.preface_read, self.input = True, self.input[8:]
        return self.preface_read

    def _dispatch(self, frame):
        name, first = frame["type"], {"client": "HELLO_ACK", "server": "HELLO"}[self.role]
        require(name in (FROM_SERVER if self.role == "client" else FROM_CLIENT), "unexpectedFrame")
        if not self.ready:
            early_goaway = name == "GOAWAY" and self.role == "client"
            require(name == first or early_goaway, "unexpectedFrame")
        require(name != first or not self.ready, "unexpectedFrame")
        if name in ("PING", "CANCEL", "AUTH", "skipped"):
            self.controls.add(self.now(), "tooManyControlFrames")
        handler = getattr(self, "_on_" + name.lower(), None)
        if handler:
            handler(frame)

    def _agree(self, fields):
        """Each number is the smaller of both sides'; what early calls spent stays spent."""
        self.agreed = {name: min(number, fields.get(name, DEFAULTS[name]))
                       for name, number in self.announced.items()}
        self.send_credit = self.receive_credit = self.agreed["connectionCredit"]

    def _on_hello(self, frame):
        environment = frame.get("environment", self.environment)
        require(environment == self.environment, "wrongEnvironment")
        self._agree(frame)
        self.ready, self.peer_hello = True, frame
        self._send("HELLO_ACK", version=1, serverTime=time.time_ns() // 1000, instance=ZERO,
                   **self.hello)

    def _on_hello_ack(self, frame):
        require(frame["version"] == 1, "outOfRange(version)")
        require(frame["environment"] == self.environment, "wrongEnvironment")
        self._agree(frame)
        self.ready, self.peer_hello = True, frame

    def _on_auth(self, frame):
        self.events.append(frame)

    def _on_ping(self, frame):
        early = self.ping_at is not None and self.now() - self.ping_at < 5
        self.ping_at, self.strikes = self.now(), max(0, self.strikes + (1 if early else -1))
        require(self.strikes < 3, "pingTooOften")
        self._send("PONG", opaque=frame["opaque"])

    def _on_pong(self, frame):
        require(self.pings and self.pings.pop(0) == frame["opaque"], "unexpectedFrame")
        self.events.append(frame)

    def _on_goaway(self, frame):
        self.ended_by = frame["reason"]
        require(frame["reason"] in (1, 2), "endedByPeer")
        self.draining = frame["lastAccepted"]
        self.events.append(frame)

    def _on_open(self, frame):
        stream, size = frame["stream"], len(frame["body"])
        require(stream > self.last_stream, "streamNotIncreasing")
        require(size <= self.receive_credit, "creditExceeded")
        self.receive_credit -= size
        self.last_stream = stream
        self.opened.append(self.now())
        call = Call(frame["kind"], frame["responseCredit"], self.agreed["streamCredit"])
        call.received_end = bool(frame["flags"] & END)
        self.calls[stream] = call
        if len(self.calls) > self.agreed["streams"] or "unknownCritical" in frame:
            code = 12 if "unknownCritical" in frame else 8
            self.consumed(0, size)
            self.status(stream, code, flags=NOT_PROCESSED)
        else:
            self.events.append(frame)

    def _on_data(self, frame):
        stream, size = frame["stream"], len(frame["body"])
        call = self._call(stream)
        require(size <= self.receive_credit, "creditExceeded")
        self.receive_credit -= size
        if call is None:
            self.consumed(0, size)
            return
        require(not call.received_end, "dataAfterEnd")
        ends = bool(frame["flags"] & END)
        if self.role == "server" or call.kind in STREAMED_ANSWERS:
            require(size <= call.receive_credit, "creditExceeded")
            call.receive_credit -= size
        else:
            require(ends, "endRequired")
        call.received_end = ends
        if ends and self.role == "client":
            del self.calls[stream]
        if call.cancelled:
            self.consumed(stream, size)
        else:
            self.events.append(frame)

    def _on_status(self, frame):
        self._call(frame["stream"])
        del self.calls[frame["stream"]]
        self.events.append(frame)

    def _on_cancel(self, frame):
        call = self._call(frame["stream"])
        self.cancels.add(self.now(), "tooManyCancels", self.opened)
        if call and not call.cancelled:
            call.cancelled = True
            self.events.append(frame)

    def _on_credit(self, frame):
        account = self if frame["stream"] == 0 else self._call(frame["stream"])
        first = 4096
        if account:
            own = account is self
            first = self.agreed["connectionCredit"] if own else account.first_send_credit
        if frame["bytes"] * 4 < first:
            self.small_grants.add(self.now(), "tooManyControlFrames")
        if account:
            account.send_credit += frame["bytes"]
            require(account.send_credit <= CREDIT_MAXIMUM, "creditOverflow")

    def _call(self, stream):
        """The open call, None for one that a server has closed."""
        require(stream <= self.last_stream, "streamUnknown")
        require(stream in self.calls or self.role == "server", "streamUnknown")
        return self.calls.get(stream)

    # Sending ------------------------------------------------------------------------------------

    def _send(self, name, stream=0, flags=0, **fields):
        self.output += write_frame({"type": name, "stream": stream, "flags": flags, **fields})

    def _goaway(self, reason, drain):
        last = self.last_stream if self.role == "server" else 0
        self._send("GOAWAY", lastAccepted=last, reason=reason, drain=drain)

    def open(self, service, method, kind, body=b"", *, flags=None, timeout=5000, credit=0, **block):
        """Opens a call with its first message and returns its stream."""
        flags = END * (kind in (UNARY, SERVER_STREAM)) if flags is None else flags
        require(self.draining is None, "draining")
        stream = self.last_stream = self.last_stream + 2 if self.last_stream else 1
        self.calls[stream] = call = Call(kind, self.agreed["streamCredit"], credit)
        call.sent_end = bool(flags & END)
        self.send_credit -= len(body)
        fields = {"traceID": ZERO, "parentSpanID": bytes(8), "traceFlags": 0, "criticality": 1,
                  "attempt": 0, "tenant": 0, "idempotencyKey": ZERO} | block
        self._send("OPEN", stream, flags, service=service, method=method, timeout=timeout,
                   kind=kind, responseCredit=credit, body=body, **fields)
        return stream

    def room(self, stream):
        """The payload bytes that may be sent on a call now."""
        call = self.calls[stream]
        one_answer = self.role == "server" and call.kind not in STREAMED_ANSWERS
        own = CREDIT_MAXIMUM if one_answer else call.send_credit
        return min(self.send_credit, own, self.agreed["maximumPayload"])

    def data(self, stream, body=b"", end=False):
        """Sends one message, or the end alone; the accounts must suffice."""
        assert len(body) <= self.room(stream)
        call = self.calls[stream]
        self.send_credit -= len(body)
        call.send_credit -= len(body)
        call.sent_end = end
        self._send("DATA", stream, END * end, body=body)
        if end and self.role == "server":
            self._close(stream)

    def status(self, stream, code, text="", flags=0, sub_code=0, retry_after=0):
        """Ends a call from the server's side."""
        self._send("STATUS", stream, flags, code=code, subCode=sub_code, retryAfter=retry_after,
                   text=text, details=b"")
        self._close(stream)

    def _close(self, stream):
        self.calls.pop(stream)

    def cancel(self, stream, code=1):
        """Gives a call up; its last frame still comes."""
        self.calls[stream].cancelled = True
        self._send("CANCEL", stream, code=code)

    def ping(self, opaque=bytes(8)):
        """Asks for a PONG."""
        self.pings.append(opaque)
        self._send("PING", opaque=opaque)

    def consumed(self, stream, size):
        """The reader took `size` bytes: granted again when half of the first amount is due."""
        self.due += size
        if self.due * 2 >= self.agreed["connectionCredit"]:
            self.receive_credit += self.due
            self._send("CREDIT", 0, bytes=self.due)
            self.due = 0
        call = self.calls.get(stream)
        if call and not call.received_end and call.first_credit:
            call.due += size
            if call.due * 2 >= call.first_credit:
                call.receive_credit += call.due
                self._send("CREDIT", stream, bytes=call.due)
                call.due = 0

    def goaway(self, reason=1, drain=10000):
        """Takes no more calls; open ones may finish."""
        self._goaway(reason, drain)


class Peer:
    """A connection on a blocking socket; every wait ends after `patience` seconds."""

    def __init__(self, sock, connection, patience=20.0):
        self.socket, self.connection = sock, connection
        sock.settimeout(patience)

    def flush(self):
        """Sends what stands in `output`."""
        data, self.connection.output = self.connection.output, b""
        self.socket.sendall(data)

    def next(self):
        """The next event; None when the peer closed. Raises the error of a broken rule."""
        connection = self.connection
        while not connection.events:
            self.flush()
            if connection.error:
                raise connection.error
            data = self.socket.recv(65536)
            if not data:
                connection.ended()
                return None
            connection.receive(data)
        return connection.events.pop(0)

    def wait(self, condition):
        """Receives until `condition()` holds, keeping the events for `next`."""
        while not condition():
            self.flush()
            if self.connection.error:
                raise self.connection.error
            data = self.socket.recv(65536)
            require(data, "closed")
            self.connection.receive(data)


def connect(host, port, authority=None, **options):
    """A client after its handshake; over TLS when given the file of an authority."""
    peer = Peer(dial(host, port, authority), Connection("client", **options))
    peer.wait(lambda: peer.connection.ready)
    return peer


def dial(host, port, authority=None):
    """A connected socket: TCP, or TLS 1.3 with ALPN `lbp/1`."""
    sock = socket.create_connection((host, port), timeout=20)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not authority:
        return sock
    context = ssl.create_default_context(cafile=authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["lbp/1"])
    return context.wrap_socket(sock, server_hostname=host)
