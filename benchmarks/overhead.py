"""What does the framework itself cost per packet, against MediaPipe driven from Python?

    python benchmarks/overhead.py [--rounds 8]

Chains of PassThroughCalculator with an observer at the end; throughput (all packets, then one wait) and
latency (a wait after each packet). MediaPipe runs with its default executor and with
ApplicationThreadExecutor, its fastest.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from turns import compare, mediapipe_python, serve

HERE = Path(__file__).resolve().parent


def chain(length, executor=""):
    nodes = "".join(
        f'node {{ calculator: "PassThroughCalculator" input_stream: "s{i}" output_stream: "s{i + 1}" }}\n'
        for i in range(length)
    )
    return f'input_stream: "s0"\n{executor}{nodes}'


def peer(length, latency, executor):
    from mediapipe.python import packet_creator
    from mediapipe.python._framework_bindings.calculator_graph import CalculatorGraph

    line = 'executor { type: "ApplicationThreadExecutor" }\n' if executor == "application" else ""
    graph = CalculatorGraph(graph_config=chain(length, line))
    results = []
    graph.observe_output_stream(f"s{length}", lambda name, packet: results.append(packet))
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


def ours(length, latency, threads):
    from mpgraph import Graph, Packet

    graph = Graph(chain(length), num_threads=0 if threads == "application" else None)
    results = []
    graph.observe(f"s{length}", results.append)
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
        who, length, latency, executor = arguments.participant
        (peer if who == "peer" else ours)(int(length), latency == "True", executor)
        return
    for latency in (False, True):
        for length in (1, 10, 100):
            print(f"chain of {length}, {'latency' if latency else 'throughput'}, per packet")

            def command(python, who, executor, length=length, latency=latency):
                return [
                    python,
                    str(HERE / "overhead.py"),
                    "--participant",
                    who,
                    str(length),
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
                count=max(100, 2000 // length),
            )


if __name__ == "__main__":
    main()
