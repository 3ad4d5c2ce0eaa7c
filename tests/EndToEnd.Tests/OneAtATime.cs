// Each of these tests runs a whole hospital or two on a machine of two cores: side by side they would test the machine's patience.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
