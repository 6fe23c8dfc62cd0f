"""Which protocols and ciphers the running service accepts, as sslscan finds them: HOST:PORT. Run by scripts/test."""

import subprocess
import sys
import xml.etree.ElementTree as xml


def main(target):
    scan = subprocess.run(
        ["sslscan", "--no-colour", "--no-check-certificate", "--xml=-", target], capture_output=True, text=True, timeout=120, check=True
    )
    found = xml.fromstring(scan.stdout).find("ssltest")
    protocols = {f"{p.get('type').upper()}v{p.get('version')}" for p in found.iter("protocol") if p.get("enabled") == "1"}
    weak = {
        f"{c.get('sslversion')} {c.get('cipher')}"
        for c in found.iter("cipher")
        if not any(mode in c.get("cipher") for mode in ("GCM", "POLY1305", "CCM")) or not c.get("cipher").startswith(("ECDHE", "TLS_"))
    }
    renegotiation, compression = found.find("renegotiation"), found.find("compression")
    problems = [
        *([] if protocols == {"TLSv1.2", "TLSv1.3"} else [f"accepts {sorted(protocols)}, not just TLS 1.2 and 1.3"]),
        *(f"accepts {cipher}, which has no forward secrecy or no authenticated encryption" for cipher in sorted(weak)),
        *(["renegotiates insecurely"] if renegotiation is not None and renegotiation.get("secure") != "1" and renegotiation.get("supported") == "1" else []),
        *(["compresses"] if compression is not None and compression.get("supported") == "1" else []),
        *(f"is vulnerable to Heartbleed over {h.get('sslversion')}" for h in found.iter("heartbleed") if h.get("vulnerable") == "1"),
    ]
    for problem in problems:
        print(f"   {target} {problem}")
    if not problems:
        print(f"   {', '.join(sorted(protocols))}; {len(list(found.iter('cipher')))} ciphers, all with forward secrecy")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
