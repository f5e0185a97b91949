"""Make the chain's next root, prove a record, and export the chain for a check without the portal."""

import json
import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.audit import offline
from portal.audit.models import AuditRoot
from portal.audit.roots import (
    ROOTS_FILE,
    RootError,
    as_line,
    export_chain,
    kept_roots,
    make_root,
    proof_of,
    publish_roots,
)


class Command(BaseCommand):
    help = (
        "Makes the Merkle root (SHA-256 and SM3) of the records since the last root and prints it; writes it to"
        " AUDIT_ROOT_DIR and has it time-stamped by TSA_URL where these are set. A daily job does the same."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--proof", type=int, metavar="SEQUENCE", help="print the proof of one record instead")
        parser.add_argument(
            "--export", type=Path, metavar="FOLDER", help="write chain, roots and the program that checks them instead"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["proof"] is not None:
            proof = proof_of(options["proof"])
            if proof is None:
                raise CommandError("还没有覆盖这一条的根。请先运行不带参数的 audit_root。")
            self.stdout.write(json.dumps(proof, ensure_ascii=False, sort_keys=True))
        elif options["export"] is not None:
            self._export(options["export"])
        else:
            made = make_root()
            try:
                publish_roots()
            except RootError as error:
                raise CommandError(str(error)) from error
            last = made or AuditRoot.objects.order_by("last").last()
            if last is not None:
                self.stdout.write(offline.text_of(as_line(last)).decode())

    def _export(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        count = export_chain(folder / "chain.jsonl")
        # Those kept outside count; without them, those of the database.
        lines = kept_roots() or [as_line(root) for root in AuditRoot.objects.order_by("last")]
        text = "".join(offline.text_of(line).decode() + "\n" for line in lines)
        (folder / ROOTS_FILE).write_text(text, encoding="utf-8")
        shutil.copyfile(offline.__file__, folder / "offline.py")
        self.stdout.write(f"已导出 {count} 条记录、{len(lines)} 个根。核对：")
        self.stdout.write(f"python3 offline.py --chain chain.jsonl --roots {ROOTS_FILE}")
