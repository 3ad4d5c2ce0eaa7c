using Consortium.Fhir.Bench;

// Run by bench/fhir-validation.sh; each call prints one JSON object, or the generated input.
return args switch
{
    ["speed", var folder, var rounds, var sampleList] => Speed.Run(folder, int.Parse(rounds, null), sampleList),
    ["bundle", var entries] => Generated.ValidateBundle(int.Parse(entries, null)),
    ["ndjson", var lines, var folder] => Generated.WriteNdjson(int.Parse(lines, null), folder),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Fhir.Bench speed FOLDER ROUNDS SAMPLE-LIST | bundle ENTRIES | ndjson LINES FOLDER");
    return 2;
}
