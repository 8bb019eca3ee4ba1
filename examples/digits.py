"""Writes the data that the examples tune on: scikit-learn's handwritten digits, with folds.

python examples/digits.py digits.json
"""

import sys
from pathlib import Path

from trackmllib.demo import write_digits

write_digits(Path(sys.argv[1]))
