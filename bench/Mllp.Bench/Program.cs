// Parts of bench/mllp.sh; each is a process of its own so that its CPU time can be told apart.
//   serve FOLDER            the MLLP listener and the intake journal, no conversion; prints its port, ends with its standard input
//   echo                    the floor of the wire: answers each frame with as many bytes as an acknowledgement has, keeps nothing
//   commit FOLDER N BATCH   the floor of the disk: the journal's group commit alone, BATCH callers at once
//   load PORT N CONNECTIONS SEED  sends N different messages, each connection waiting for every answer; prints JSON
using System.Diagnostics;
using System.Globalization;
using Consortium.Mllp.Bench;

return args switch
{
    ["serve", string folder] => await Serving.JournalAsync(folder),
    ["echo"] => await Serving.EchoAsync(),
    ["commit", string folder, string count, string callers] => await Committing.RunAsync(folder, Number(count), Number(callers)),
    ["load", string port, string count, string connections, string seed] => await Loading.RunAsync(Number(port), Number(count), Number(connections), Number(seed)),
    _ => Usage(),
};

static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

static int Usage()
{
    Console.Error.WriteLine($"{Process.GetCurrentProcess().ProcessName}: serve FOLDER | echo | commit FOLDER N CALLERS | load PORT N CONNECTIONS SEED");
    return 2;
}
