"""The ways out, one file each; ``SENDERS`` is the only list of them."""

from voltward.records.senders.dingtalk import Dingtalk
from voltward.records.senders.email import Email
from voltward.records.senders.feishu import Feishu
from voltward.records.senders.inbox import Inbox
from voltward.records.senders.protocol import Sender
from voltward.records.senders.sms import Sms
from voltward.records.senders.voice import Voice
from voltward.records.senders.wecom import Wecom

SENDERS: dict[str, Sender] = {
    "inbox": Inbox(),
    "email": Email(),
    "wecom": Wecom(),
    "dingtalk": Dingtalk(),
    "feishu": Feishu(),
    "sms": Sms(),
    "voice": Voice(),
}
