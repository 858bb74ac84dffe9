"""Drives the simulated carrier of one dialect with that carrier's official Python client: sends, lists, states, refusals.

Usage: drive.py DIALECT BASE-ADDRESS     (a carrier started afresh by `munjad sim`, with its usual key and secret)
What fails is printed; the exit status is 1 then. Where our gateway's webhook door runs (DOOR), calls that the official
client signs, or judges, are tried on it.
"""

import datetime as dt
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import warnings

warnings.filterwarnings("ignore")
DIALECT, BASE = sys.argv[1], sys.argv[2].rstrip("/")
KEY, SECRET, WEBHOOK_SECRET = "SIM-KEY", "SIM-SECRET", "SIM-WEBHOOK-SECRET"
ACCOUNT = "AC" + "0" * 32
CITIZEN, OURS, WORDS = "01012345678", "062120", "막차는 23시 10분입니다"
LONG = "가" * 71
NOW = dt.datetime.now(dt.timezone.utc)
failures = []


def check(name, is_right, seen=""):
    if not is_right:
        failures.append(name)
        print(f"FAILED  {DIALECT} {name}: {str(seen)[:300]}")


def refused(name, call, *words):
    """The call raises, and what it raises names all of these words."""
    try:
        answer = call()
    except Exception as error:  # noqa: BLE001  each client has errors of its own
        said = f"{type(error).__name__} {error} {getattr(error, 'body', '')} {vars(error)}"
        check(name, all(word in said for word in words), said)
    else:
        check(name, False, f"taken: {answer}")


def post(url, body, headers=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers or {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def text(words, citizen=CITIZEN):
    check("a citizen texts", post(f"{BASE}/_sim/text", {"from": citizen, "text": words}) == 200)


def fault(kind, endpoint, **more):
    fault = {"kind": kind, **more}
    check("a fault", post(f"{BASE}/_sim/faults", {"fault": fault, "endpoint": endpoint, "times": 1}) == 200)


def ledger():
    with urllib.request.urlopen(f"{BASE}/_sim/ledger", timeout=10) as answer:
        return json.load(answer)


def taken(name, words=WORDS):
    """The newest text that the carrier took has these words, for the citizen, from our number."""
    newest = ledger()["messages"][-1]
    said = (newest["to"], newest["from"], newest["text"])
    check(name, said == (CITIZEN, OURS, words), newest)


def until(name, call):
    """Asks again until there is an answer: handsets report after a moment."""
    for _ in range(50):
        found = call()
        if found:
            return found
        time.sleep(0.25)
    check(name, False, "never")
    return None


def twilio():
    from twilio.http.http_client import TwilioHttpClient
    from twilio.request_validator import RequestValidator
    from twilio.rest import Client

    class ToSim(TwilioHttpClient):
        def request(self, method, url, *args, **more):
            return super().request(method, url.replace("https://api.twilio.com", BASE), *args, **more)

    def client(user, password):
        return Client(user, password, ACCOUNT, http_client=ToSim())

    ours, citizen = "+8262120", "+821012345678"
    for login in ((ACCOUNT, WEBHOOK_SECRET), (KEY, SECRET)):
        c = client(*login)
        sent = c.messages.create(to=citizen, from_=ours, body=WORDS, validity_period=3600)
        check("a send", (sent.status, sent.to, sent.num_segments) == ("queued", citizen, "1"), vars(sent))
        taken("a send is taken")
    check("a long text", c.messages.create(to=citizen, from_=ours, body=LONG).num_segments == "2")
    state = until("a state", lambda: (m := c.messages(sent.sid).fetch()).status == "delivered" and m)
    check("its dates", state and state.date_sent is not None and state.date_updated is not None)
    for n in range(3):
        text(f"질문 {n}")
    found = c.messages.list(to=ours, date_sent_after=NOW - dt.timedelta(days=1), page_size=2)
    mine = [(m.from_, m.body, m.direction) for m in found if m.direction == "inbound"]
    check("texts, page by page", mine == [(citizen, f"질문 {n}", "inbound") for n in (2, 1, 0)], mine)
    refused("a wrong number", lambda: c.messages.create(to="112x", from_=ours, body="x"), "21211")
    refused("no such sender", lambda: c.messages.create(to=citizen, from_="+15551234567", body="x"), "21606")
    refused("no such text", lambda: c.messages("SM" + "f" * 32).fetch(), "404")
    refused("a wrong key", lambda: client(ACCOUNT, "x").messages.list(limit=1), "401")
    fault("rate_limit", "send", retry_after_secs=None)
    refused("too many", lambda: c.messages.create(to=citizen, from_=ours, body="x"), "20429")
    if door := os.environ.get("DOOR"):
        url, fields = f"{os.environ['PUBLIC']}/push/twilio", {
            "MessageSid": "SM" + "a" * 32, "SmsStatus": "received", "AccountSid": ACCOUNT, "From": citizen,
            "To": ours, "Body": "안녕하세요", "NumMedia": "0",
        }
        body = urllib.parse.urlencode(fields).encode()
        with_port = url.replace("gw.example.kr", "gw.example.kr:443")
        for name, signed, secret, algorithm, expected in (
            ("signed", url, WEBHOOK_SECRET, None, 200),
            ("signed with the port", with_port, WEBHOOK_SECRET, None, 200),
            ("signed by the shared key", url, "SHARED-KEY", "HMAC_SHA256", 200),
            ("signed by nobody", url, "x", None, 401),
            ("signed for elsewhere", url + "x", WEBHOOK_SECRET, None, 401),
        ):
            signature = RequestValidator(secret).compute_signature(signed, fields, algorithm)
            headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
            if algorithm:
                headers["x-twilio-webhooks-signature-settings"] = f"key=k,algorithm={algorithm}"
            status = post(f"{door}/push/twilio", body, headers)
            check(f"a call {name}", status == expected, status)


def infobip():
    import infobip_api_client.models as m
    from infobip_api_client import ApiClient, Configuration, SmsApi

    def client(key):
        return SmsApi(ApiClient(Configuration(host=BASE, api_key=key)))

    def message(to, name, sender="8262120", words=WORDS):
        content = m.SmsMessageContent(actual_instance=m.SmsTextContent(text=words))
        destination = m.SmsDestination(to=to, message_id=name)
        return m.SmsRequest(messages=[m.SmsMessage(sender=sender, destinations=[destination], content=content)])

    def status(answer):
        return answer.messages[0].status.name

    a = client(KEY)
    sent = a.send_sms_messages(message("821012345678", "k1"))
    check("a send", (status(sent), sent.messages[0].message_id) == ("PENDING_ACCEPTED", "k1"), sent)
    taken("a send is taken")
    long = a.send_sms_messages(message("821012345678", "k2", words=LONG)).messages[0]
    check("a long text", long.details.message_count == 2, long)
    text("학교 앞 버스요")
    inbound = a.get_inbound_sms_messages(limit=50).results
    said = [(one.var_from, one.text, one.clean_text, one.sms_count) for one in inbound]
    check("texts", said == [("821012345678", "학교 앞 버스요", "학교 앞 버스요", 1)], said)
    check("texts, once", not a.get_inbound_sms_messages().results)
    log = until("a state", lambda: [
        one for one in a.get_outbound_sms_message_logs(message_id=["k1"]).results
        if one.status.group_name == "DELIVERED"
    ])
    check("its date", log and log[0].done_at is not None, log)
    listed = a.get_outbound_sms_message_logs(sent_since=NOW - dt.timedelta(hours=1), limit=10)
    check("what was sent", {one.message_id for one in listed.results} >= {"k1", "k2"}, listed)
    reports = until("reports", lambda: a.get_outbound_sms_message_delivery_reports(limit=50).results)
    check("a report", reports and reports[0].message_id in ("k1", "k2"), reports)
    check("a wrong number", status(a.send_sms_messages(message("010-12", "k3"))) == "REJECTED_DESTINATION")
    wrong = a.send_sms_messages(message("821012345678", "k4", sender="8225551234"))
    check("no such sender", status(wrong) == "REJECTED_SENDER", wrong)
    refused("a wrong key", lambda: client("x").get_inbound_sms_messages(), "401")
    fault("rate_limit", "mo", retry_after_secs=None)
    refused("too many", lambda: a.get_inbound_sms_messages(), "429")


def clicksend():
    import clicksend as k
    import clicksend.models as m
    from clicksend.api.sms_api import SmsApi

    kind = "application/json"

    def client(user, key):
        return SmsApi(k.ApiClient(k.Configuration(host=BASE, username=user, password=key)))

    def send(api, to="+821012345678", sender="+8262120", words=WORDS, name="k1"):
        one = {"to": to, "from": sender, "body": words, "custom_string": name}
        request = m.SendSmsRequest(messages=[m.SendSmsRequestMessagesInner(**one)])
        return api.send_sms(kind, request).data.messages[0]

    a = client(KEY, SECRET)
    sent = send(a)
    check("a send", (sent.status, sent.custom_string, sent.message_parts) == ("SUCCESS", "k1", 1), sent)
    taken("a send is taken")
    check("a long text", send(a, words=LONG, name="k2").message_parts == 2)
    text("버스가 안 와요")
    inbound = a.view_inbound_sms(kind, page=1, limit=15).data.data
    said = [(one.var_from, one.body, one.to) for one in inbound]
    check("texts", said == [("+821012345678", "버스가 안 와요", "+8262120")], said)
    a.mark_specific_inbound_sms_message_as_read(inbound[0].message_id, kind)
    check("texts, until read", not a.view_inbound_sms(kind).data.data)
    receipts = until("receipts", lambda: a.view_sms_receipts(kind).data.data)
    check("a receipt", receipts and receipts[0].status_code == 201, receipts)
    one = a.view_specific_sms_receipt(sent.message_id, kind)
    check("one receipt", one.data.message_id == sent.message_id, one)
    history = a.view_sms_history(kind, page=1, limit=15, date_from=int(NOW.timestamp()) - 60)
    check("what was sent", {one.custom_string for one in history.data.data} >= {"k1", "k2"}, history)
    a.mark_sms_receipt_as_read(kind, m.MarkSmsReceiptAsReadRequest(date_before=int(time.time()) + 60))
    check("receipts, until read", not a.view_sms_receipts(kind).data.data)
    check("a wrong number", send(a, to="01012345678").status == "INVALID_RECIPIENT")
    check("no such sender", send(a, sender="+8225551234").status == "INVALID_SENDER_ID")
    refused("a wrong key", lambda: client(KEY, "x").view_inbound_sms(kind), "401")
    fault("rate_limit", "mo", retry_after_secs=None)
    refused("too many", lambda: a.view_inbound_sms(kind), "429")


def solapi():
    from solapi import SolapiMessageService
    from solapi.model import RequestMessage
    from solapi.model.request.messages.get_messages import GetMessagesRequest

    def client(secret):
        service = SolapiMessageService(KEY, secret)
        service.base_url = BASE
        return service

    def message(to=CITIZEN, sender=OURS, words=WORDS, name="k1"):
        return RequestMessage(from_=sender, to=to, text=words, custom_fields={"ref": name})

    s = client(SECRET)
    sent = s.send(message())
    check("a send", (sent.group_info.count.registered_success, sent.failed_message_list) == (1, []), sent)
    taken("a send is taken")
    since = (NOW - dt.timedelta(minutes=5)).isoformat(timespec="seconds")
    listed = s.get_messages(GetMessagesRequest(start_date=since, limit=10))
    mine = [one for one in listed.message_list.values() if (one.custom_fields or {}).get("ref") == "k1"]
    check("what was sent", [one.to for one in mine] == [CITIZEN], listed)
    refused("a wrong number", lambda: s.send(message(to="+821012345678")), "1")
    refused("a wrong secret", lambda: client("x").send(message()), "SignatureDoesNotMatch")
    check("nothing else was taken", len(ledger()["messages"]) == 1)


def bizgo():
    from bizgo import Bizgo, Destination, MmsMessage, SmsMessage
    from bizgo.testing import sign_webhook

    c = Bizgo(KEY, base_url=BASE, max_retries=0)
    sms = SmsMessage(from_=OURS, text=WORDS, ttl="3600")

    def send(to=CITIZEN, message=sms, key="k1"):
        return c.send.omni(to=Destination(to=to, ref=key), messages=[message], idempotency_key=key, ref=key)

    sent = send()
    check("a send", sent.destinations[0].code == "A000", sent)
    taken("a send is taken")
    refused_again = None
    try:
        refused_again = send().destinations[0].code
    except Exception as error:  # noqa: BLE001
        refused_again = getattr(error, "code", "") or str(error)
    check("the same again", "A301" in str(refused_again), refused_again)
    check("a long text", send(message=MmsMessage(from_=OURS, title="안내", text=LONG), key="k2").destinations[0].code == "A000")
    for n in range(3):
        text(f"질문 {n}")
    page = c.messages.mo_history(NOW - dt.timedelta(minutes=5), limit=2)
    rest = c.messages.mo_history(NOW - dt.timedelta(minutes=5), limit=2, last_seq=page.last_seq)
    said = [one.content for one in [*page.messages, *rest.messages]]
    check("texts, page by page", page.has_next and said == ["질문 2", "질문 1", "질문 0"], said)
    check("whose they are", page.messages[0].originator == CITIZEN)
    listed = c.messages.history(NOW - dt.timedelta(minutes=5), service_type=["SMS", "MMS"], limit=100)
    check("what was sent", {one.ref for one in listed.messages} == {"k1", "k2"}, listed)
    state = until("a state", lambda: [o for o in c.messages.status(sent.destinations[0].msg_key) if o.report_code])
    check("it arrived", state and state[0].report_code == "10000", state)
    batch = c.reports.poll()
    check("reports", batch.report_id and batch.reports, batch)
    c.reports.ack(batch.report_id)
    check("reports, until acked", not c.reports.poll().report_id)
    refused("a wrong key", lambda: Bizgo("x", base_url=BASE, max_retries=0).reports.poll(), "401")
    fault("rate_limit", "mo", retry_after_secs=None)
    refused("too many", lambda: c.messages.mo_history(NOW), "429")
    if door := os.environ.get("DOOR"):
        item = {"msgKey": "M1", "serviceType": "MO", "msgType": "SM", "to": OURS, "from": CITIZEN, "originator": CITIZEN,
                "content": "안녕하세요", "carrier": "SKT", "occurredTime": NOW.isoformat(timespec="seconds")}
        for encoding in ("hex", "base64"):
            call = sign_webhook(WEBHOOK_SECRET, item, encoding=encoding)
            check(f"a signed call ({encoding})", post(f"{door}/push/bizgo", call.body, call.headers) == 200)
        call = sign_webhook("x", item)
        check("a call signed by nobody", post(f"{door}/push/bizgo", call.body, call.headers) == 401)


def smsgate():
    from android_sms_gateway import client, domain

    def message(name, to="+821012345678", words=WORDS, **more):
        return domain.Message(phone_numbers=[to], text_message=domain.TextMessage(text=words), id=name, **more)

    whole = NOW.replace(microsecond=0)
    with client.APIClient(KEY, SECRET, base_url=BASE) as c:
        sent = c.send(message("k1", ttl=3600, sim_number=1))
        check("a send", (sent.id, sent.state.value) == ("k1", "Pending"), sent)
        taken("a send is taken")
        c.send(message("k2", valid_until=whole + dt.timedelta(hours=1)))
        refused("the same again", lambda: c.send(message("k1")), "409")
        refused("a past end", lambda: c.send(message("k3", valid_until=whole - dt.timedelta(hours=1))), "400")
        refused("a wrong number", lambda: c.send(message("k4", to="01012345678")), "400")
        state = until("a state", lambda: (s := c.get_state("k1")).state.value == "Delivered" and s)
        check("its number", state and state.recipients[0].phone_number == "+821012345678", state)
        for n in range(3):
            text(f"질문 {n}")
        day = {"from_": whole - dt.timedelta(days=1), "to": whole + dt.timedelta(days=1)}
        page = domain.QueryPagination(limit=2, offset=0)
        inbox = c.list_inbox_messages(inbox_filter=domain.InboxQueryFilter(**day), pagination=page)
        said = [(one.sender, one.content_preview) for one in inbox]
        check("texts", said == [("+821012345678", "질문 2"), ("+821012345678", "질문 1")], said)
        # As the app: six decimals, and Python's word for yes, are refused.
        micro = domain.InboxQueryFilter(from_=whole.replace(microsecond=280_000))
        refused("a date the app cannot read", lambda: c.list_inbox_messages(inbox_filter=micro), "400")
        yes = domain.InboxQueryFilter(include_attachments=True)
        refused("a yes the app cannot read", lambda: c.list_inbox_messages(inbox_filter=yes), "400")
        listed = c.get_messages(query=domain.MessagesQueryFilter(**day))
        check("what was sent", {one.id for one in listed} == {"k1", "k2"}, listed)
        refused("no such text", lambda: c.get_state("nobody"), "404")
    with client.APIClient(KEY, "x", base_url=BASE) as stranger:
        refused("a wrong password", lambda: stranger.get_state("k1"), "401")


try:
    globals()[DIALECT]()
except Exception as error:  # noqa: BLE001
    import traceback

    traceback.print_exc()
    check("the whole drive", False, error)
print(f"{DIALECT} (Python): {len(failures)} failed")
sys.exit(1 if failures else 0)
