"""Check an exported audit chain, its daily roots and proofs of single records, without the portal.

One file, standard library only: `python3 offline.py --chain chain.jsonl --roots roots.jsonl --proof proof.json`. Exit
status 1 and what is wrong if anything was altered. The portal makes its hashes by the same functions.

A record's text is the JSON of its fields, keys in order, without spaces, UTF-8; its hash is the SHA-256 of the text. A
root is a Merkle tree's as in RFC 6962 (section 2.1), over the texts of the records from `first` to `last`: a leaf is
H(0x00 + text), a node H(0x01 + left + right), once with SHA-256 and once with SM3 (GB/T 32905).
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

Hash = Callable[[bytes], bytes]
GENESIS = "0" * 64
_TEXT = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(data: bytes) -> bytes:
    """The SHA-256 of some bytes."""
    return hashlib.sha256(data).digest()


def sm3(data: bytes) -> bytes:
    """The SM3 of some bytes. Raises ValueError where this machine's OpenSSL has none."""
    return hashlib.new("sm3", data).digest()


HASHES: dict[str, Hash] = {"sha256": sha256, "sm3": sm3}


def text_of(fields: Mapping[str, Any]) -> bytes:
    """The bytes that a record's hash and the leaves of the trees are made of."""
    return _TEXT.encode(fields).encode()


def root_of(texts: Iterable[bytes], make: Hash) -> str:
    """The root of the tree over texts, as hex; in memory that grows with the logarithm of their number."""
    # Complete trees so far, the largest first: how many leaves each has, and its root.
    trees: list[tuple[int, bytes]] = []
    for text in texts:
        size, node = 1, make(b"\x00" + text)
        while trees and trees[-1][0] == size:
            node = make(b"\x01" + trees.pop()[1] + node)
            size *= 2
        trees.append((size, node))
    if not trees:
        return make(b"").hex()
    _, root = trees.pop()
    while trees:
        root = make(b"\x01" + trees.pop()[1] + root)
    return root.hex()


def path_of(texts: Iterable[bytes], index: int, make: Hash) -> list[list[str]]:
    """What leads from the text at `index` to the root: each neighbour's side (left or right) and hash, lowest first."""
    level = [make(b"\x00" + text) for text in texts]
    path = []
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            path.append(["left" if neighbour < index else "right", level[neighbour].hex()])
        pairs = [make(b"\x01" + level[at] + level[at + 1]) for at in range(0, len(level) - 1, 2)]
        # Where a level is odd, its last node moves up as it is: the same tree as RFC 6962 splits.
        level = pairs + level[len(level) & ~1 :]
        index //= 2
    return path


def follow(text: bytes, path: Sequence[Sequence[str]], make: Hash) -> str:
    """The root to which a path leads from a text, as hex."""
    node = make(b"\x00" + text)
    for side, neighbour in path:
        other = bytes.fromhex(neighbour)
        node = make(b"\x01" + other + node) if side == "left" else make(b"\x01" + node + other)
    return node.hex()


def check_chain(records: Iterable[Mapping[str, Any]], roots: Sequence[Mapping[str, Any]] = ()) -> Iterator[str]:
    """What is wrong with exported records (`fields` and `hash` each), in order from the first, and with the roots."""
    previous, count = GENESIS, 0
    waiting = list(roots)
    yield from _gaps(waiting)
    texts: list[bytes] = []
    for record in records:
        fields, count = record["fields"], count + 1
        text = text_of(fields)
        if fields["sequence"] != count:
            yield f"第 {count} 条：记录缺失（其后是第 {fields['sequence']} 条）"
            return
        if fields["previous"] != previous:
            yield f"第 {count} 条：与上一条记录不衔接"
        if sha256(text).hex() != record["hash"]:
            yield f"第 {count} 条：内容与哈希不符，记录被改动过"
        previous = record["hash"]
        if waiting and waiting[0]["first"] <= count:
            texts.append(text)
            if count == waiting[0]["last"]:
                yield from _differing_root(waiting.pop(0), texts, head=record["hash"])
                texts = []
    for root in waiting:
        yield f"{root['day']} 的根覆盖第 {root['first']} 至 {root['last']} 条，链上只有 {count} 条"


def _gaps(roots: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    last = 0
    for root in roots:
        if root["first"] != last + 1 or root["last"] < root["first"]:
            yield f"{root['day']} 的根从第 {root['first']} 条开始，应从第 {last + 1} 条开始"
        last = root["last"]


def _differing_root(root: Mapping[str, Any], texts: Sequence[bytes], *, head: str) -> Iterator[str]:
    if root["head"] != head:
        yield f"{root['day']} 的根所记链尾与第 {root['last']} 条的哈希不符"
    for name, make in HASHES.items():
        try:
            found = root_of(texts, make)
        except ValueError:
            sys.stderr.write(f"本机没有 {name.upper()}，未核对 {root['day']} 的 {name.upper()} 根。\n")
            continue
        if found != root[name]:
            yield f"{root['day']} 的 {name.upper()} 根不符，第 {root['first']} 至 {root['last']} 条中有记录被改动过"


def check_proof(proof: Mapping[str, Any], roots: Sequence[Mapping[str, Any]] = ()) -> Iterator[str]:
    """What is wrong with the proof that a record is under a root, and whether the root is among those kept."""
    text, sequence = text_of(proof["fields"]), proof["fields"]["sequence"]
    if sha256(text).hex() != proof["hash"]:
        yield f"第 {sequence} 条：内容与哈希不符"
    for name, make in HASHES.items():
        try:
            found = follow(text, proof["paths"][name], make)
        except ValueError:
            sys.stderr.write(f"本机没有 {name.upper()}，未核对。\n")
            continue
        if found != proof["root"][name]:
            yield f"第 {sequence} 条：不在 {proof['root']['day']} 的 {name.upper()} 根之下"
    if roots and proof["root"] not in roots:
        yield f"第 {sequence} 条：证明所用的根不在保存的根之中"


def read_lines(path: str) -> Iterator[Any]:
    """The JSON values of a file, one a line."""
    with open(path, encoding="utf-8") as lines:  # noqa: PTH123 - the file stands alone
        for line in lines:
            if line.strip():
                yield json.loads(line)


def main() -> int:
    """Check what the arguments name. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chain", help="the exported chain, a record a line")
    parser.add_argument("--roots", help="the roots that were kept outside, one a line")
    parser.add_argument("--proof", action="append", default=[], help="the proof of one record")
    options = parser.parse_args()
    roots = list(read_lines(options.roots)) if options.roots else []
    problems = list(check_chain(read_lines(options.chain), roots)) if options.chain else []
    for path in options.proof:
        problems += [problem for proof in read_lines(path) for problem in check_proof(proof, roots)]
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    if not problems:
        sys.stdout.write("完好。\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
