#!/usr/bin/env python3
"""Writes vectors.json beside this file: what trees, proofs, notes and cosignatures must be.

Nothing here is shared with the crate: hashes come from hashlib (SM3 from OpenSSL), trees and paths are the
recursive definitions of RFC 6962 section 2.1 word by word, Ed25519 is RFC 8032 section 5.1 in whole numbers,
and the texts are put together by hand from the C2SP documents.
"""
import base64
import hashlib
import json
import pathlib


# RFC 6962 section 2.1.
class Tree:
    def __init__(self, hash_name, leaves):
        self.name, self.leaves = hash_name, leaves

    def h(self, data):
        return hashlib.new(self.name, data).digest()

    @staticmethod
    def split(n):
        k = 1
        while k * 2 < n:
            k *= 2
        return k

    def mth(self, d):
        if len(d) == 0:
            return self.h(b"")
        if len(d) == 1:
            return self.h(b"\x00" + d[0])
        k = self.split(len(d))
        return self.h(b"\x01" + self.mth(d[:k]) + self.mth(d[k:]))

    def path(self, m, d):
        if len(d) == 1:
            return []
        k = self.split(len(d))
        if m < k:
            return self.path(m, d[:k]) + [self.mth(d[k:])]
        return self.path(m - k, d[k:]) + [self.mth(d[:k])]

    def proof(self, m, d):
        return self.subproof(m, d, True)

    def subproof(self, m, d, whole):
        if m == len(d):
            return [] if whole else [self.mth(d)]
        k = self.split(len(d))
        if m <= k:
            return self.subproof(m, d[:k], whole) + [self.mth(d[k:])]
        return self.subproof(m - k, d[k:], False) + [self.mth(d[:k])]


# RFC 8032 section 5.1.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2
    return (
        (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P,
    )


def times(n, point):
    result = (0, 1)
    while n:
        if n & 1:
            result = add(result, point)
        point, n = add(point, point), n >> 1
    return result


def base_point():
    y = 4 * pow(5, -1, P) % P
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (x if x % 2 == 0 else P - x, y)


B = base_point()


def packed(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def number(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L


def secret(seed):
    h = hashlib.sha512(seed).digest()
    return (int.from_bytes(h[:32], "little") & ((1 << 254) - 8)) | 1 << 254, h[32:]


def public(seed):
    return packed(times(secret(seed)[0], B))


def sign(seed, message):
    s, prefix = secret(seed)
    r = number(prefix, message)
    big_r = packed(times(r, B))
    return big_r + ((r + number(big_r, public(seed), message) * s) % L).to_bytes(32, "little")


# C2SP: signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof, tlog-witness.
def b64(data):
    return base64.b64encode(data).decode()


def key_id(name, kind, seed):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public(seed)).digest()[:4]


def vkey(name, kind, seed):
    return f"{name}+{key_id(name, kind, seed).hex()}+{b64(bytes([kind]) + public(seed))}"


def signature_line(name, kind, seed, signature):
    return f"— {name} {b64(key_id(name, kind, seed) + signature)}\n"


def checkpoint_text(origin, size, root):
    return f"{origin}\n{size}\n{b64(root)}\n"


def hexes(hashes):
    return [h.hex() for h in hashes]


def tree_vectors(suite, hash_name, leaves, sizes, inclusions, consistencies):
    tree = Tree(hash_name, leaves)
    return {
        "suite": suite,
        "leaves": [leaf.hex() for leaf in leaves],
        "roots": [{"size": n, "root": tree.mth(leaves[:n]).hex()} for n in sizes],
        "inclusion": [
            {"index": m, "size": n, "path": hexes(tree.path(m, leaves[:n]))} for m, n in inclusions
        ],
        "consistency": [
            {"from": m, "to": n, "path": hexes(tree.proof(m, leaves[:n]))} for m, n in consistencies
        ],
    }


def head_vectors(suite, name, count):
    """The tree over heads: person (16), version (4), position (8), leaf hash (32), sorted by person."""
    tree = Tree(name, [])
    digest = lambda text: hashlib.new(name, text.encode()).digest()
    heads = [(digest(f"person {n}")[:16], n % 9 + 1, 1000 - n, digest(f"event {n}")) for n in range(count)]
    encoded = [p + v.to_bytes(4, "big") + at.to_bytes(8, "big") + leaf for p, v, at, leaf in sorted(heads)]
    return {
        "suite": suite,
        "heads": [
            {"person": p.hex(), "version": v, "position": at, "leaf": leaf.hex()} for p, v, at, leaf in heads
        ],
        "root": tree.mth(encoded).hex(),
        "index": 2,
        "head": encoded[2].hex(),
        "path": hexes(tree.path(2, encoded)),
    }


# The eight leaves that the implementations of certificate transparency have tested with since 2012.
SMALL = [
    bytes.fromhex(leaf)
    for leaf in ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
]
LARGE = [n.to_bytes(2, "big") for n in range(1000)]


def main():
    trees = []
    for suite, name in [(1, "sha256"), (2, "sm3")]:
        every = [(m, n) for n in range(1, 9) for m in range(n)]
        trees.append(
            tree_vectors(suite, name, SMALL, range(9), every, [(m, n) for m, n in every if m > 0])
        )
        trees.append(
            tree_vectors(
                suite,
                name,
                LARGE,
                [255, 256, 257, 512, 1000],
                [(0, 257), (255, 256), (256, 257), (511, 1000), (512, 1000), (999, 1000)],
                [(1, 1000), (255, 257), (256, 257), (257, 1000), (512, 1000), (768, 1000), (999, 1000)],
            )
        )

    origin, witness = "log.example/sigeyi", "witness.example/w1"
    log_seed, witness_seed = bytes(range(32)), bytes(range(32, 64))
    tree = Tree("sha256", SMALL)
    text = checkpoint_text(origin, 7, tree.mth(SMALL[:7]))
    log_line = signature_line(origin, 1, log_seed, sign(log_seed, text.encode()))
    time = 1700000000
    message = f"cosignature/v1\ntime {time}\n{text}".encode()
    cosignature = time.to_bytes(8, "big") + sign(witness_seed, message)
    witness_line = signature_line(witness, 4, witness_seed, cosignature)
    checkpoint = f"{text}\n{log_line}{witness_line}"
    path = "".join(b64(h) + "\n" for h in tree.path(5, SMALL[:7]))
    from_three = "".join(b64(h) + "\n" for h in tree.proof(3, SMALL[:7]))
    texts = {
        "log_seed": log_seed.hex(),
        "log_key": vkey(origin, 1, log_seed),
        "witness_seed": witness_seed.hex(),
        "witness_key": vkey(witness, 4, witness_seed),
        "witness_time": time,
        "checkpoint": checkpoint,
        "proof": f"c2sp.org/tlog-proof@v1\nextra {b64(SMALL[5])}\nindex 5\n{path}\n{checkpoint}",
        "request": f"old 3\n{from_three}\n{checkpoint}",
    }
    heads = [head_vectors(1, "sha256", 11), head_vectors(2, "sm3", 11)]
    out = pathlib.Path(__file__).with_name("vectors.json")
    out.write_text(json.dumps({"trees": trees, "heads": heads, "texts": texts}, ensure_ascii=False, indent=1) + "\n")


main()
