"""What does the framework itself cost per packet, against MediaPipe driven from Python?

    python benchmarks/overhead.py [--rounds 8]

Chains of PassThroughCalculator, and a diamond of 32 branches that one node joins, with an observer at the
end; throughput (all packets, then one wait) and latency (a wait after each packet). MediaPipe runs with its
default executor and with ApplicationThreadExecutor, its fastest.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from pathlib import Path

from turns import compare, mediapipe_python, serve

HERE = Path(__file__).resolve().parent


def node(inputs, outputs):
    ports = [f'input_stream: "{name}"' for name in inputs] + [f'output_stream: "{name}"' for name in outputs]
    return f'node {{ calculator: "PassThroughCalculator" {" ".join(ports)} }}\n'


def graph_of(shape, executor=""):
    """The graph of a shape such as "chain 10" or "diamond 32"; it ends in the stream "end"."""
    kind, size = shape.split()
    count = int(size)
    if kind == "chain":
        names = [*(f"s{i}" for i in range(count)), "end"]
        nodes = [node([first], [second]) for first, second in itertools.pairwise(names)]
    else:
        branches = [f"b{i}" for i in range(count)]
        nodes = [node(["s0"], ["fork"])]
        nodes += [node(["fork"], [branch]) for branch in branches]
        nodes += [node(branches, ["end", *(f"e{i}" for i in range(1, count))])]
    return f'input_stream: "s0"\n{executor}{"".join(nodes)}'


def peer(shape, latency, executor):
    from mediapipe.python import packet_creator
    from mediapipe.python._framework_bindings.calculator_graph import CalculatorGraph

    line = 'executor { type: "ApplicationThreadExecutor" }\n' if executor == "application" else ""
    graph = CalculatorGraph(graph_config=graph_of(shape, line))
    results = []
    graph.observe_output_stream("end", lambda name, packet: results.append(packet))
    graph.start_run()
    packet = packet_creator.create_int(1)
    timestamp = 0

    def work(count):
        nonlocal timestamp
        for _ in range(count):
            timestamp += 1
            graph.add_packet_to_input_stream("s0", packet.at(timestamp))
            if latency:
                graph.wait_until_idle()
        graph.wait_until_idle()
        assert len(results) == count
        results.clear()

    serve(work)


def ours(shape, latency, threads):
    from mpgraph import Graph, Packet

    graph = Graph(graph_of(shape), num_threads=0 if threads == "application" else None)
    results = []
    graph.observe("end", results.append)
    graph.start()
    packet = Packet(1)
    timestamp = 0

    def work(count):
        nonlocal timestamp
        for _ in range(count):
            timestamp += 1
            graph.add_packet("s0", packet, timestamp)
            if latency:
                graph.wait_until_idle()
        graph.wait_until_idle()
        assert len(results) == count
        results.clear()

    serve(work)
    graph.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--participant", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.participant:
        who, shape, latency, executor = arguments.participant
        (peer if who == "peer" else ours)(shape, latency == "True", executor)
        return
    for latency in (False, True):
        for shape in ("chain 1", "chain 10", "chain 100", "diamond 32"):
            print(f"{shape}, {'latency' if latency else 'throughput'}, per packet")

            def command(python, who, executor, shape=shape, latency=latency):
                return [
                    python,
                    str(HERE / "overhead.py"),
                    "--participant",
                    who,
                    shape,
                    str(latency),
                    executor,
                ]

            compare(
                {
                    "mediapipe, default threads": command(mediapipe_python(), "peer", "default"),
                    "mediapipe, application thread": command(mediapipe_python(), "peer", "application"),
                    "mpgraph, default threads": command(sys.executable, "ours", "default"),
                    "mpgraph, application thread": command(sys.executable, "ours", "application"),
                },
                rounds=arguments.rounds,
                count=max(100, 2000 // int(shape.split()[1])),
            )


if __name__ == "__main__":
    main()
