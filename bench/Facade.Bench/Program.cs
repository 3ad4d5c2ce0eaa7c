// Parts of bench/facade.sh; server and load generator are processes of their own that share the machine's cores.
//   serve STORE [--unvalidated]                the facade over a store, beside it the floor: bare endpoints over the same database; prints its port, ends with its standard input
//   seed STORE PATIENTS                        fills a store with 20 resources a patient, without HTTP
//   load PORT KIND SECONDS CONNECTIONS SEED PATIENTS   one kind of load (crud, import, search, or floor-crud, floor-import, floor-search); prints JSON
//   write STORE SECONDS                        writes Bundles in this process, for a profiler
using System.Diagnostics;
using System.Globalization;
using Consortium.Facade.Bench;

return args switch
{
    ["serve", string store] => await Serving.RunAsync(store, validate: true),
    ["serve", string store, "--unvalidated"] => await Serving.RunAsync(store, validate: false),
    ["seed", string store, string patients] => await Seeding.RunAsync(store, Number(patients)),
    ["load", string port, string kind, string seconds, string connections, string seed, string patients] =>
        await Loading.RunAsync(Number(port), kind, Number(seconds), Number(connections), Number(seed), Number(patients)),
    ["write", string store, string seconds] => await Seeding.ForAsync(store, TimeSpan.FromSeconds(Number(seconds))),
    _ => Usage(),
};

static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

static int Usage()
{
    Console.Error.WriteLine($"{Process.GetCurrentProcess().ProcessName}: serve STORE [--unvalidated] | seed STORE PATIENTS | load PORT KIND SECONDS CONNECTIONS SEED PATIENTS | write STORE SECONDS");
    return 2;
}
