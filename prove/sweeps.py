"""Every sweep of the proof, in the order of the table: a new one is one file and one line here."""

from __future__ import annotations

from prove import accessing, fanning, faulting, killing, loading, migrating, soaking
from prove.rows import Sweep

SWEEPS: tuple[Sweep, ...] = (
    killing.SWEEP,
    migrating.SWEEP,
    loading.SWEEP,
    loading.BURST,
    fanning.SWEEP,
    soaking.SWEEP,
    faulting.SWEEP,
    accessing.SWEEP,
)
