using System.Text.Json;
using Consortium.Adapters.Bench;
using Consortium.Adapters.Plugins.Child;

// Run by bench/adapters.sh and bench/plugins.sh; prints one JSON object, or writes a message for other tools.
return args switch
{
    ["speed", var rounds] => Print(new { admission = Speed.Run(g => g.Admission(), int.Parse(rounds, null)), report = Speed.Run(g => g.Report(), int.Parse(rounds, null)) }),
    ["profile", var kind, var seconds, "whole"] => Profile.Run(kind, int.Parse(seconds, null), whole: true),
    ["profile", var kind, var seconds] => Profile.Run(kind, int.Parse(seconds, null)),
    ["narrative", var gold, var rounds] => Print(NarrativeSpeed.Run(gold, int.Parse(rounds, null))),
    ["cda", var folder, var rounds] => Print(CdaSpeed.Run(folder, int.Parse(rounds, null))),
    ["plugins", var site, var records, var rounds] => Print(PluginSpeed.Run(site, records, int.Parse(rounds, null))),
    ["plugin-host", var folder] => PluginChild.Run(folder),
    ["message", "adt"] => Write(new GeneratedMessages(1).Admission()),
    ["message", "oru"] => Write(new GeneratedMessages(1).Report()),
    _ => Usage(),
};

static int Print(object report)
{
    Console.WriteLine(JsonSerializer.Serialize(report));
    return 0;
}

static int Write(byte[] message)
{
    using Stream output = Console.OpenStandardOutput();
    output.Write(message);
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("usage: Adapters.Bench speed ROUNDS | message adt|oru | profile adt|oru SECONDS | plugins SITE RECORDS ROUNDS | narrative GOLD ROUNDS | cda FOLDER ROUNDS");
    return 2;
}
