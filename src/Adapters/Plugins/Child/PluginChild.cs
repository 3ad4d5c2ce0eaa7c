using System.Reflection;

namespace Consortium.Adapters.Plugins.Child;

/// <summary>
/// The program of a plug-in's process: loads one adapter and answers the host's questions over standard input and output until that ends.
/// It takes no care of itself: the host has the time and the memory in view, and ends it.
/// </summary>
public static class PluginChild
{
    /// <summary>Exit code of a process that ran out of memory.</summary>
    internal const int OutOfMemoryExit = 86;

    /// <summary>A record is at most as long as an array.</summary>
    private const long MostBytes = int.MaxValue;

    /// <summary>Runs until the host closes its end.</summary>
    /// <param name="folder">The plug-in's folder.</param>
    /// <returns>The exit code, 0.</returns>
    public static int Run(string folder)
    {
        Stream input = Console.OpenStandardInput();
        Stream output = Console.OpenStandardOutput();

        // What a plug-in prints must neither break the protocol nor end up in a log.
        Console.SetOut(TextWriter.Null);
        Console.SetError(TextWriter.Null);
        Console.SetIn(TextReader.Null);
        ThreadPool.SetMinThreads(PluginLimits.Ceiling.Concurrency, 4);
        var answers = new Lock();
        IRecordAdapter? adapter = null;
        while (PluginFrames.Read<PluginRequest>(input, MostBytes) is { } frame)
        {
            PluginRequest request = frame.Message;
            byte[] raw = frame.Raw;
            if (request.Operation == PluginOperation.Describe)
            {
                Reply(Guarded(request, () =>
                {
                    adapter ??= Load(folder);
                    return new PluginReply(request.Id, Description: adapter.Describe());
                }));
                continue;
            }

            ThreadPool.UnsafeQueueUserWorkItem(_ => Reply(Guarded(request, () => Answer(adapter!, request, raw))), null);
        }

        // A conversion may still hang: the host is gone, so nobody wants its answer.
        Environment.Exit(0);
        return 0;

        void Reply(PluginReply reply)
        {
            byte[] frame;
            try
            {
                frame = PluginFrames.Head(reply, 0);
            }
            catch (OutOfMemoryException)
            {
                Environment.Exit(OutOfMemoryExit);
                return;
            }
            catch (Exception e)
            {
                frame = PluginFrames.Head(new PluginReply(reply.Id, Fault: e.GetType().Name), 0);
            }

            lock (answers)
            {
                output.Write(frame);
                output.Flush();
            }
        }
    }

    private static PluginReply Guarded(PluginRequest request, Func<PluginReply> answer)
    {
        try
        {
            return answer();
        }
        catch (OutOfMemoryException)
        {
            Environment.Exit(OutOfMemoryExit);
            throw;
        }
        catch (PluginRefusedException e)
        {
            return new PluginReply(request.Id, Fault: e.Message);
        }
        catch (Exception e)
        {
            // The message of an unforeseen exception may quote the record; its type does not.
            return new PluginReply(request.Id, Fault: e.GetType().Name);
        }
    }

    private static PluginReply Answer(IRecordAdapter adapter, PluginRequest request, byte[] raw)
    {
        RawRecord record = request.Record(raw);
        if (request.Operation == PluginOperation.Detect) return new PluginReply(request.Id, Confidence: adapter.Detect(record));
        var results = new List<PluginResult>();
        try
        {
            foreach (ConversionResult result in adapter.Convert(record, request.Context!.Open())) results.Add(PluginResult.Of(result));
            return new PluginReply(request.Id, Results: results);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new PluginReply(request.Id, Results: results, Fault: e.GetType().Name);
        }
    }

    private static IRecordAdapter Load(string folder)
    {
        PluginManifest manifest = PluginManifest.Read(folder);
        PluginInspection.Check(folder, manifest);
        string file = Path.GetFullPath(Path.Combine(folder, manifest.Assembly));
        try
        {
            Type type = new PluginLoadContext(file).LoadFromAssemblyPath(file).GetType(manifest.Type)
                ?? throw new PluginRefusedException($"{file}: has no class {manifest.Type}.");
            if (!typeof(IRecordAdapter).IsAssignableFrom(type)) throw new PluginRefusedException($"{file}: {manifest.Type} is no {nameof(IRecordAdapter)}.");
            if (type.IsAbstract || !type.IsVisible || type.GetConstructor(Type.EmptyTypes) is null)
            {
                throw new PluginRefusedException($"{file}: {manifest.Type} needs to be public, not abstract, and have a public constructor without parameters.");
            }

            return (IRecordAdapter)Activator.CreateInstance(type)!;
        }
        catch (Exception e) when (e is TargetInvocationException or FileLoadException or FileNotFoundException or BadImageFormatException or TypeLoadException or MissingMethodException)
        {
            Exception cause = e is TargetInvocationException { InnerException: { } inner } ? inner : e;
            string what = cause is FileNotFoundException { FileName: { Length: > 0 } missing } ? $"{cause.GetType().Name}: {missing}" : cause.GetType().Name;
            throw new PluginRefusedException($"{file}: {manifest.Type} cannot be made ({what}). Are all its dependencies in its folder (dotnet publish)?", e);
        }
    }
}
