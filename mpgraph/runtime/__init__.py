"""Running a plan: streams, input policies, nodes, the scheduler and its threads, and `Graph`."""
