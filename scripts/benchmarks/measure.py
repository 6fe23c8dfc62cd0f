"""Runs a command and writes "seconds peak-kilobytes" to FILE: measure.py FILE COMMAND…"""

import resource
import subprocess
import sys
import time

began = time.monotonic()
status = subprocess.run(sys.argv[2:]).returncode
with open(sys.argv[1], "w") as out:
    print(f"{time.monotonic() - began:.3f} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}", file=out)
sys.exit(status)
