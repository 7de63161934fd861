"""Rewrite the C++ that Brian2 generates so that the compiler can vectorise all its loops.

The statements of a model stay as Brian2 wrote them; only some functions and loops are replaced.

- ``rand()``, ``randn()`` and ``poisson(mean)`` call a generator that is a function of its place
  (`counter_random.h`) instead of one whose state is handed from element to element.
- Loops whose elements are independent are declared so.
- Exponentials are inlined, and the memory of a synapse is fetched some synapses before its turn.
- Pairs of cells for which nothing is due are passed over.
- Thresholds are tested in blocks, and neuron by neuron only in a block that holds a spike.
- In single precision no constant or function lifts a loop to double precision.
"""

import re
from pathlib import Path

_MAIN = "////// HASH DEFINES"
_SCALAR = "// scalar code\n"
_KEY = "const uint64_t _key_{0} = synaptoket::draw_key({0});"


def tune(folder: Path, single: bool) -> None:
    """Rewrite every code object of a generated project.

    Parameters
    ----------
    folder : Path
        A standalone project, generated and not yet compiled.
    single : bool
        Whether its variables are in single precision.
    """
    draws = 0
    for path in sorted((folder / "code_objects").glob("*.cpp")):
        text = path.read_text()
        support, marker, main = text.partition(_MAIN)
        if not marker:
            continue
        support = support.replace("(pow((x), (y)))", "(synaptoket::power((x), (y)))")
        main = main.replace("_clip(", "synaptoket::clip(")
        main = re.sub(r"\bexp\(", "synaptoket::exponential(", main)
        main = re.sub(r"\bexpm1\(", "synaptoket::exponential_minus_one(", main)
        main = prefetched(main)
        main = vectorised_threshold(main)
        main = only_where_needed(main)
        if single:
            main = main.replace("const double dt =", "const float dt =")
        main, draws = placed_draws(main, "float" if single else "double", draws)
        path.write_text(support + marker + independent(main))


def placed_draws(main: str, real: str, first: int) -> tuple[str, int]:
    """Give every draw of a code object its own key; return the text and the next free number.

    >>> print(placed_draws("// scalar code\\nx = _rand(_vectorisation_idx);", "float", 7)[0])
    // scalar code
    const uint64_t _key_7 = synaptoket::draw_key(7);
    x = synaptoket::uniform<float>(_key_7, _vectorisation_idx);
    """
    number = first

    def drawn(match: re.Match) -> str:
        nonlocal number
        name = {"_rand": "uniform", "_randn": "normal"}[match[1]]
        number += 1
        return f"synaptoket::{name}<{real}>(_key_{number - 1}, _vectorisation_idx)"

    def counted(match: re.Match) -> str:
        nonlocal number
        number += 1
        terms = "decltype(_terms)::value" if match[1].startswith("_lio") else "56"
        return (
            f"synaptoket::poisson<{real}, {terms}>"
            f"({match[1]}, _key_{number - 1}, _vectorisation_idx)"
        )

    main = re.sub(r"\b(_rand|_randn)\(_vectorisation_idx\)", drawn, main)
    means = re.findall(r"\b_poisson\((_lio_\d+), _vectorisation_idx\)", main)
    main = re.sub(r"\b_poisson\(([^,()]+), _vectorisation_idx\)", counted, main)
    if means:
        main = _loop_with_terms(main, means)
    keys = "\n".join(_KEY.format(draw) for draw in range(first, number))
    return main.replace(_SCALAR, f"{_SCALAR}{keys}\n", 1) if keys else main, number


def _loop_with_terms(main: str, means: list[str]) -> str:
    """Let the largest mean of a loop choose how many terms its Poisson draws have."""
    start = main.index("    for(int _idx=0; _idx<_N; _idx++)")
    end = main.index("\n}\n", start)
    largest = means[0]
    for mean in means[1:]:
        largest = f"std::max({largest}, {mean})"
    loop = main[start:end]
    return (
        f"{main[:start]}    synaptoket::with_terms({largest}, [&](auto _terms) {{\n{loop}    }});\n"
        f"{main[end:]}"
    )


_EVENTS = re.compile(
    r"            const size_t _idx = \(\*_spiking_synapses\)\[_spiking_synapse_idx\];\n"
)


def prefetched(main: str, ahead: int = 12) -> str:
    """Fetch the memory of a synapse before its turn: the synapses of a spike lie far apart."""
    start = _EVENTS.search(main)
    if not start:
        return main
    arrays = dict.fromkeys(re.findall(r"(_ptr_array_\w+)\[_idx\]", main[start.end() :]))
    fetches = "".join(f" __builtin_prefetch(&{name}[_next]);" for name in arrays)
    text = f"""            if(_spiking_synapse_idx + {ahead} < _num_spiking_synapses) {{
                const size_t _next = (*_spiking_synapses)[_spiking_synapse_idx + {ahead}];
               {fetches}
            }}
"""
    return main[: start.end()] + text + main[start.end() :]


def independent(main: str) -> str:
    """Tell the compiler that a loop's elements are independent, if each writes to its own place.

    Otherwise the compiler assumes that a written byte may be one that another element reads.
    """
    loop = "    for(int _idx=0; _idx<_N; _idx++)\n"
    stores = re.findall(r"_ptr_array_\w+\[(\w+)\]\s*[-+*/]?=[^=]", main)
    if set(stores) != {"_idx"}:
        return main
    return main.replace(loop, f"#pragma GCC ivdep\n{loop}")


def only_where_needed(main: str) -> str:
    """Skip the pairs for which a rule has nothing to do: those whose `needed` is zero.

    >>> only_where_needed("        const int needed = _int(x);\\n        y += x;")
    '        const int needed = _int(x);\\n        if(!needed) continue;\\n        y += x;'
    """
    return re.sub(r"^( +)((?:const )?\w+ needed = [^;]*;\n)", r"\1\2\1if(!needed) continue;\n",
                  main, flags=re.MULTILINE)  # fmt: skip


_THRESHOLD = re.compile(
    r"    for\(size_t _idx=0; _idx<N; _idx\+\+\)\n    \{\n(?P<condition>.*?)"
    r"\n        if\(_cond\) \{\n(?P<found>.*?)\n        \}\n    \}\n",
    re.DOTALL,
)


def vectorised_threshold(main: str) -> str:
    """Test the threshold of 64 neurons at once, and one by one only if one of them spikes."""

    def blocked(match: re.Match) -> str:
        return f"""    auto _above = [&](size_t _idx) -> int {{
{match["condition"]}
        return _cond;
    }};
    for(size_t _begin=0; _begin<N; _begin+=64)
    {{
        const size_t _end = _begin + 64 < N ? _begin + 64 : N;
        int _any = 0;
        for(size_t _idx=_begin; _idx<_end; _idx++) _any |= _above(_idx);
        if(_any)
            for(size_t _idx=_begin; _idx<_end; _idx++)
                if(_above(_idx)) {{
{match["found"]}
                }}
    }}
"""

    return _THRESHOLD.sub(blocked, main)
