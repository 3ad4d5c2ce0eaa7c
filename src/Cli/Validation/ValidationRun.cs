using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.Channels;
using Consortium.Fhir;

namespace Consortium.Cli.Validation;

/// <summary>
/// Validates files on every core and writes the result lines in the order of the input. What is read ahead is bounded, so that
/// memory stays the same however much there is to validate.
/// </summary>
internal sealed class ValidationRun(FhirValidator validator, Stream output)
{
    private readonly ConcurrentBag<ResourceBatch> _idle = [];
    private bool _allValid = true;

    /// <summary>Validates every resource of the files; whether all were valid. What is done when it is cancelled has been written.</summary>
    public async Task<bool> RunAsync(IEnumerable<string> files, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        int ahead = Environment.ProcessorCount * 3;
        Channel<Task<ResourceBatch>> underWay = Channel.CreateBounded<Task<ResourceBatch>>(new BoundedChannelOptions(ahead) { SingleReader = true, SingleWriter = true });
        // Standard input blocks its reader, who therefore needs a thread of its own.
        Task reading = Task.Run(() => ReadAsync(files, underWay.Writer, stop.Token), CancellationToken.None);
        try
        {
            await WriteAsync(underWay.Reader, cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await output.FlushAsync(CancellationToken.None);
            // Where the reading failed this has been seen by the writer already; here it is only waited for.
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return _allValid;
    }

    private async Task ReadAsync(IEnumerable<string> files, ChannelWriter<Task<ResourceBatch>> underWay, CancellationToken cancellationToken)
    {
        try
        {
            foreach (string file in files)
            {
                await foreach (ResourceBatch batch in ResourceReader.ReadAsync(file, Rent, cancellationToken))
                {
                    await underWay.WriteAsync(Task.Run(() => Validate(batch), CancellationToken.None), cancellationToken);
                }
            }

            underWay.Complete();
        }
        catch (Exception failed)
        {
            // The lines of what was read before it come first.
            underWay.Complete(failed);
        }
    }

    private ResourceBatch Validate(ResourceBatch batch)
    {
        batch.Validate(validator);
        return batch;
    }

    private async Task WriteAsync(ChannelReader<Task<ResourceBatch>> underWay, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!underWay.TryRead(out Task<ResourceBatch>? next))
            {
                // Nothing waits: whoever reads the output should not wait either.
                await output.FlushAsync(cancellationToken);
                if (!await underWay.WaitToReadAsync(cancellationToken)) return;
                continue;
            }

            ResourceBatch batch = await next.WaitAsync(cancellationToken);
            output.Write(batch.Output);
            _allValid &= batch.AllValid;
            Return(batch);
        }
    }

    private ResourceBatch Rent() => _idle.TryTake(out ResourceBatch? batch) ? batch : new ResourceBatch();

    private void Return(ResourceBatch batch)
    {
        ArrayPool<byte>.Shared.Return(batch.Take());
        _idle.Add(batch);
    }
}
