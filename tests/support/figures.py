"""A small file of observed figures."""

from __future__ import annotations

FIGURES = """\
series,breakdown,period,statistic,value,unit,published,source,error
inflow,kind:first,2025-Q2,sum,7000,persons,2025-07-31,made up,0.03
occupancy,total,2025-06-30,end,73500,persons,2025-07-31,made up,0.01
pending,kind:all,2025-06-30,end,52000,cases,2025-08-31,made up,0.02
"""
