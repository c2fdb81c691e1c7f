"""The records that figures are counted from, as the archive holds them."""

from crmkit.archive.archive import Archive
from crmkit.core.figures import Records
from crmkit.records import (
    Assignment,
    Call,
    Callback,
    Card,
    Customer,
    Event,
    Invitation,
    Message,
    Order,
    Payment,
    PhoneCheck,
    Return,
    Touch,
    Visit,
)


def records_of(archive: Archive) -> Records:
    """Everything that figures count."""
    return Records(
        customers=list(archive.all(Customer)),
        touches=list(archive.all(Touch)),
        checks=list(archive.all(PhoneCheck)),
        callbacks=list(archive.all(Callback)),
        calls=list(archive.all(Call)),
        messages=list(archive.all(Message)),
        assignments=list(archive.all(Assignment)),
        cards=list(archive.all(Card)),
        orders=list(archive.all(Order)),
        payments=list(archive.all(Payment)),
        returns=list(archive.all(Return)),
        events=list(archive.all(Event)),
        invitations=list(archive.all(Invitation)),
        visits=list(archive.all(Visit)),
    )
