"""Seals: signatures from a file, a device and a service, that pdfsig, pyHanko and the portal call valid, or broken."""

import asyncio
import io
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from asn1crypto import core
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from PIL import Image
from pytest_django.fixtures import Settings

from portal.audit.models import AuditRecord
from review.documents.official import print_document
from review.notices.enums import NoticeKind, SignatureState
from review.notices.jobs import issue_and_print
from review.notices.models import Notice
from review.notices.render import Printed, print_letter
from review.notices.seals.checking import check_signature
from review.notices.seals.offices import provider_of
from review.notices.seals.providers import SealContext, Sealed, SealError
from review.notices.seals.signers import from_pkcs12
from review.notices.seals.trial import make_trial_seals
from tests.cpu import cpu_limit
from tests.depth import by_depth
from tests.review.documents.samples import RARE, official
from tests.review.notices.samples import grant
from tests.review.notices.seal_services import INTERNATIONAL, NATIONAL, TOKEN, Sm2Service, serving
from tests.review.notices.test_paper import ONE_LINE, notice_of
from tests.review.notices.test_render import text_of
from tests.review.notices.world import make_approved, publish
from tests.verapdf import faults_of

OFFICE, CITY, DISTRICT = "无锡市知识产权局", "320200", "320211"
LONG_OFFICE = "无锡经济技术开发区市场监督管理局（知识产权局）"
SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"
Configure = Callable[[str], None]


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seals")
    make_trial_seals(folder, [(CITY, OFFICE), (DISTRICT, LONG_OFFICE)])
    return folder


@pytest.fixture
def configure(trial: Path, settings: Settings) -> Configure:
    """Write what one city's office seals with, beside the trial seals."""

    def write(entry: str) -> None:
        settings.SEALS_FILE = trial / "other.toml"
        settings.SEALS_FILE.write_text(f'trust = ["root.pem"]\n[offices.{CITY}]\npicture = "{CITY}.png"\n{entry}\n')

    return write


@pytest.fixture(scope="module")
def letter() -> Printed:
    return print_letter(grant(lines=1))


def sealed(letter: Printed, code: str = CITY) -> Sealed:
    context = SealContext(OFFICE, "资助决定通知书 无锡知资〔2026〕1号", datetime.now(UTC))
    return provider_of(code).seal(letter.content, letter.place, context)


def pdfsig(pdf: bytes, folder: Path) -> str:
    (folder / "checked.pdf").write_bytes(pdf)
    command = ["pdfsig", "-nocert", str(folder / "checked.pdf")]
    return subprocess.run(command, capture_output=True, check=False, text=True).stdout


def passphrase_of(folder: Path, code: str) -> str:
    lines = (folder / "seals.toml").read_text().partition(f"[offices.{code}]")[2].splitlines()
    return next(line.split('"')[1] for line in lines if line.startswith("passphrase"))


@pytest.fixture
def from_file(trial: Path, settings: Settings) -> None:
    settings.SEALS_FILE = trial / "seals.toml"


@pytest.fixture
def from_device(trial: Path, configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trial key on a token of SoftHSM."""
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path}\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    key, certificate, _ = pkcs12.load_key_and_certificates(
        (trial / f"{CITY}.p12").read_bytes(), passphrase_of(trial, CITY).encode()
    )
    assert key is not None
    assert certificate is not None
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    (trial / "city.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    tool = ["softhsm2-util", "--token", "bureau", "--pin", "2468"]
    for step in (
        [*tool, "--init-token", "--free", "--label", "bureau", "--so-pin", "1357"],
        [*tool, "--import", str(tmp_path / "key.pem"), "--label", "seal", "--id", "01"],
    ):
        subprocess.run(step, check=True, capture_output=True)
    monkeypatch.setenv("SEAL_PIN", "2468")
    configure(
        f'provider = "pkcs11"\nmodule = "{SOFTHSM}"\ntoken = "bureau"\nkey = "seal"\npin_env = "SEAL_PIN"\n'
        'certificate = "city.pem"'
    )


@pytest.fixture
def from_service(trial: Path, configure: Configure, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A service of the office's own that signs hashes with the trial key, for whoever brings its token."""
    kept = from_pkcs12(trial / f"{CITY}.p12", passphrase_of(trial, CITY))

    def signed(algorithm: str, digest: bytes) -> bytes:
        found: bytes = asyncio.run(kept.async_sign(digest, algorithm, use_pades=True)).dump()
        return found

    monkeypatch.setenv("SEAL_TOKEN", TOKEN)
    with serving(signed) as url:
        configure(f'provider = "remote"\nurl = "{url}"\ntoken_env = "SEAL_TOKEN"\nname = "{OFFICE}"')
        yield


@pytest.mark.parametrize("numbers", [INTERNATIONAL, NATIONAL])
def test_a_service_seals_by_sm2_and_the_portal_checks_it(
    letter: Printed, configure: Configure, trial: Path, settings: Settings, numbers: tuple[str, str, str]
) -> None:
    service = Sm2Service(trial, OFFICE, numbers=numbers)
    with serving(service.signed) as url:
        configure(f'provider = "remote"\nurl = "{url}"\ntoken = "{TOKEN}"\nname = "{OFFICE}"\ndigest = "sm3"')
        content = sealed(letter).content
    assert check_signature(content).state == SignatureState.UNTRUSTED
    signed = content[content.index(b"/Contents <") :].lower()
    assert [signed.count(core.ObjectIdentifier(number).dump().hex().encode()) for number in numbers[:2]] == [2, 1]
    settings.SEALS_FILE.write_text('trust = ["sm2.pem"]\n')
    settings.SEALS_FILE = settings.SEALS_FILE.rename(trial / "sm2.toml")
    found = check_signature(content)
    assert (found.state, found.signer) == (SignatureState.VALID, OFFICE)
    assert check_signature(content, at=datetime(2020, 1, 1, tzinfo=UTC)).state == SignatureState.UNTRUSTED
    start = content.index(b"/Contents <")
    for at in (200, len(letter.content) // 2, len(letter.content) + 40, start + 400, start + 1100, len(content) - 12):
        spoilt = bytearray(content)
        spoilt[at] ^= 1
        assert check_signature(bytes(spoilt)).state != SignatureState.VALID, at
    assert check_signature(content + b"\n% more\n").state == SignatureState.BROKEN


@pytest.mark.parametrize("provider", ["from_file", "from_device", "from_service"])
def test_a_sealed_notice_is_valid_until_one_byte_changes(
    letter: Printed, provider: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    request.getfixturevalue(provider)
    # What a key signed first is a pattern of what it signs later.
    first, done = sealed(letter), sealed(letter)
    assert check_signature(first.content).state == SignatureState.VALID
    assert first.content != done.content
    shown = pdfsig(done.content, tmp_path)
    assert "Signature is Valid" in shown
    assert "Total document signed" in shown
    assert "ETSI.CAdES.detached" in shown
    assert check_signature(done.content).state == SignatureState.VALID
    assert OFFICE in done.signer
    assert len(done.content) <= 90_000
    assert text_of(done.content) == text_of(letter.content)

    start = done.content.index(b"/Contents <")
    for at in (200, len(letter.content) // 2, len(letter.content) + 40, start + 400, len(done.content) - 12):
        spoilt = bytearray(done.content)
        spoilt[at] ^= 1
        assert check_signature(bytes(spoilt)).state != SignatureState.VALID, at
        # Of the signed data itself pdfsig forgives what is no hexadecimal digit.
        if at != start + 400:
            assert "Signature is Valid" not in pdfsig(bytes(spoilt), tmp_path), at


def test_a_key_that_is_kept_seals_in_twenty_milliseconds(letter: Printed, from_file: None) -> None:
    sealed(letter)
    with cpu_limit(0.4):
        for _ in range(20):
            sealed(letter)


def test_what_is_added_after_the_signature_breaks_it(letter: Printed, from_file: None) -> None:
    with pikepdf.open(io.BytesIO(sealed(letter).content)) as document:
        rewritten = io.BytesIO()
        document.save(rewritten)
    assert check_signature(rewritten.getvalue()).state == SignatureState.BROKEN
    assert check_signature(sealed(letter).content + b"\n% more\n").state == SignatureState.BROKEN
    assert check_signature(letter.content).state == SignatureState.NONE
    assert check_signature(b"no PDF").state == SignatureState.BROKEN


def test_a_signature_under_another_root_is_whole_and_not_trusted(
    letter: Printed, from_file: None, settings: Settings, trial: Path
) -> None:
    content = sealed(letter).content
    settings.SEALS_FILE = trial / "none.toml"
    settings.SEALS_FILE.write_text("trust = []\n")
    assert check_signature(content).state == SignatureState.UNTRUSTED


def test_a_seal_lies_over_signature_and_date_which_stay_legible(
    letter: Printed, from_file: None, tmp_path: Path
) -> None:
    """The middle of the ring is that of the date; where ink crosses text, the text is black."""

    def drawn(pdf: bytes) -> Image.Image:
        command = ["pdftoppm", "-r", "150", "-png", "-singlefile", "-"]
        page = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
        return Image.open(io.BytesIO(page)).convert("RGB")

    before, after = drawn(letter.content), drawn(sealed(letter, DISTRICT).content)
    scale = 150 / 72
    left, bottom, right, top = (part * scale for part in letter.place.seal_box)
    box = (round(left), round(after.height - top), round(right), round(after.height - bottom))
    assert 41.5 < (right - left) / 150 * 25.4 < 42.5
    date_left, _, date_right, _ = letter.place.box
    assert abs((date_left + date_right) / 2 * scale - (left + right) / 2) < 2
    was, now = before.crop(box), after.crop(box)
    pixels: list[Any] = list(zip(was.get_flattened_data(), now.get_flattened_data(), strict=True))
    red = [new for _, new in pixels if new[0] > 180 and new[1] < 60]
    black = [(old, new) for old, new in pixels if max(old) < 40]
    assert len(red) > 0.05 * len(pixels)
    assert len(black) > 500
    assert all(max(new) < 60 for _, new in black)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('provider = "wax"', "pkcs12、pkcs11 或 remote"),
        ('provider = "pkcs12"\nfile = "missing.p12"', "missing.p12"),
        (f'provider = "pkcs12"\nfile = "{CITY}.p12"\npassphrase = "wrong"', "offices.320200"),
        (f'provider = "pkcs12"\nfile = "{CITY}.p12"\npassphrase_env = "NOT_SET"', "NOT_SET"),
        ('provider = "remote"\nurl = "http://127.0.0.1:1/"\nname = "x"', "签章没有成功"),
        ('provider = "remote"\nurl = "http://127.0.0.1:1/"\nname = "x"\ndigest = "md5"', "sha256 或 sm3"),
    ],
)
def test_a_seal_that_cannot_be_used_says_which_and_why(
    letter: Printed, configure: Configure, entry: str, said: str
) -> None:
    configure(entry)
    with pytest.raises(SealError, match=said):
        sealed(letter)


@pytest.mark.django_db
def test_a_notice_waits_for_its_seal_and_is_stored_sealed(
    configure: Configure, trial: Path, settings: Settings
) -> None:
    """While a service is down there is a number and no file; the next attempt makes it, and the record says by whom."""
    publish()
    claim = make_approved()
    configure('provider = "remote"\nurl = "http://127.0.0.1:1/"\nname = "x"')
    with pytest.raises(SealError):
        issue_and_print(NoticeKind.GRANT, claim.pk)
    waiting = Notice.objects.get()
    assert waiting.rendered_at is None
    settings.SEALS_FILE = trial / "seals.toml"
    issue_and_print(NoticeKind.GRANT, claim.pk)
    notice = Notice.objects.get()
    assert (notice.pk, notice.number) == (waiting.pk, waiting.number)
    content = (Path(settings.PRIVATE_DIR) / notice.path).read_bytes()
    found = check_signature(content, at=notice.rendered_at)
    assert (found.state, found.signer) == (SignatureState.VALID, f"试用：{OFFICE}")
    assert AuditRecord.objects.get(action="notices.print").after["signer"] == f"试用：{OFFICE}"


def test_paper_is_pdf_a_2a_and_pdf_ua_1_before_and_after_its_seal(letter: Printed, from_file: None) -> None:
    """By veraPDF, every clause; and a file whose tags are not announced is refused."""
    annex = print_letter(grant(lines=5))
    files = {"letter": letter.content, "annex, sealed": sealed(annex).content, "list": print_document(official())}
    for kind in by_depth((), nightly=tuple(NoticeKind)):
        one = print_letter(notice_of(kind, 3, RARE, ONE_LINE))
        files |= {kind: one.content, f"{kind}, sealed": sealed(one).content}
    with pikepdf.open(io.BytesIO(letter.content)) as document:
        del document.Root.MarkInfo
        document.save(spoilt := io.BytesIO())
    faults = faults_of(files | {"spoilt": spoilt.getvalue()})
    assert [fault for fault in faults if not fault.startswith("spoilt: ")] == []
    assert {fault.split(": ")[1] for fault in faults} == {"2a", "ua1"}
