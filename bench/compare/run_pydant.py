"""Runs pyDANT with the settings of a JSON file, as its documentation shows. Usage: run_pydant.py settings.json"""

import json
import os
import sys

# Messages and progress bars in one stream, so that their order is known.
os.dup2(1, 2)

import pyDANT  # noqa: E402


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        settings = json.load(file)
    by_shank = os.path.exists(os.path.join(settings["path_to_data"], "channel_shanks.npy"))
    (pyDANT.runDANTMultiShank if by_shank else pyDANT.runDANT)(settings)


# pyDANT starts further processes, which load this file.
if __name__ == "__main__":
    main()
