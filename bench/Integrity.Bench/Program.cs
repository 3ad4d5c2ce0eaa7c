using System.Text.Json;
using Consortium.Integrity.Bench;

// Run by bench/integrity.sh; prints one JSON object.
if (args is not ["speed", var rounds] || !int.TryParse(rounds, out int count) || count < 1)
{
    Console.Error.WriteLine("usage: Integrity.Bench speed ROUNDS");
    return 2;
}

Console.WriteLine(JsonSerializer.Serialize(Speed.Run(count)));
return 0;
