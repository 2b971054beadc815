"""Ten weeks of an invented support team, written as the exports it would have: something to try, with a known truth.

The team serves customers of an internet provider from Lisbon, in four languages. L1 answers tickets (Zendesk) and
hands over to Billing and Technical; Technical files what it mends itself (Jira); Billing also has a mailbox (mbox);
other teams chat in Portuguese (CSV), call back in Hungarian (CSV) and talk over WhatsApp in Spanish. Customers keep
their address and telephone number from one channel to the next; some come back over another one without a word.

What is true in it, whatever the seed (`truth` gives the figures):

- **The bottleneck**: Technical takes what L1 escalates within hours, but looks at escalations from *Billing* only in a
  triage on Tuesdays and Thursdays at ten. Most hours that customers wait for us are lost there, and what is escalated
  after Thursday's triage waits over the weekend. The work itself takes minutes.
- **A one-off**: on Friday, 6 February 2026 a mailing with a wrong price brought dozens of tickets, and one lead moved
  them all to Billing at 17:40. They waited until Monday. It looks like a slow hand-off from L1 to Billing, and is not.
- **A decoy**: an automation closes tickets seven days after they were solved. The longest step of most tickets, and
  nobody waits.
- Other waits that are not ours: customers who take days to answer a question, a field partner who takes days to come.
- Disputes bounce between Billing and Technical; some customers chase, some change the channel, some never answer.
- The files have a few broken rows in the chat team's table, and a note that is no export at all.

The operation is simulated first and knows nothing of files (people, demand, world); then its contacts are rendered in
the dialect of each system (zendesk, tables, messages). Equal arguments give equal bytes on every machine.
"""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from demo import messages, tables, zendesk
from demo.truth import Truth, truth
from demo.world import World, simulate

__all__ = ["Truth", "demo_files", "truth", "write_archive", "write_demo"]

ARCHIVE_DATE = (2026, 3, 16, 0, 0, 0)
"""the day of the export"""
UNIX = 3

NOTE = "Handover for Dana: the exports are from Monday morning. Chat is only the Portuguese queue. Ask me about Jira.\n"


def write_demo(folder: Path, *, seed: int = 7, customers: int = 400) -> list[Path]:
    """Write the exports into a folder, which is made if need be.

    Args:
        seed: another seed is another ten weeks.
        customers: 100 to 1000; the teams are staffed for their number.

    Returns:
        The files, in the order of their names.

    Raises:
        ValueError: `customers` is out of range.
    """
    written = []
    for name, content in demo_files(seed=seed, customers=customers).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written.append(path)
    return written


def write_archive(path: Path) -> None:
    """Write the exports as one ZIP archive; the same zlib gives the same bytes, whatever the day and the machine."""
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in demo_files().items():
            member = ZipInfo(name, date_time=ARCHIVE_DATE)
            member.create_system = UNIX
            member.external_attr = 0o644 << 16  # the permissions of a member stand in the upper half
            archive.writestr(member, content, ZIP_DEFLATED, 9)


def demo_files(*, seed: int = 7, customers: int = 400) -> dict[str, bytes]:
    """Return the exports, file name -> content, in the order of their names.

    Raises:
        ValueError: `customers` is out of range.
    """
    return dict(sorted(_render(simulate(seed=seed, customers=customers)).items()))


def _render(world: World) -> dict[str, bytes]:
    """File name -> content."""
    texts = {
        **zendesk.render(world),
        **messages.whatsapp_chats(world),
        "billing_mailbox.mbox": messages.mailbox(world),
        "note to Dana.txt": NOTE,
    }
    return {
        **{name: text.encode() for name, text in texts.items()},
        "atendimentos_chat.csv": tables.chat_log(world),
        "ugyfelszolgalat_naplo.csv": tables.desk_log(world),
        "jira_technical.csv": tables.jira_issues(world),
    }
