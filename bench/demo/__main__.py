"""Write the archive that `journeyminer demo` unpacks: `make demo-archive`."""

import sys
from pathlib import Path

from demo import write_archive

write_archive(Path(sys.argv[1]))
