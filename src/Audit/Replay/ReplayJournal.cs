using System.Globalization;
using System.Text;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit;

/// <summary>The journal of a replay cannot be used; the message names the file and the way out.</summary>
public sealed class ReplayJournalException : Exception
{
    /// <inheritdoc cref="ReplayJournalException"/>
    public ReplayJournalException()
        : this("The journal cannot be used.")
    {
    }

    /// <inheritdoc cref="ReplayJournalException"/>
    public ReplayJournalException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="ReplayJournalException"/>
    public ReplayJournalException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>
/// What a replay has proved so far, on disk, so that one that was interrupted goes on where it was: a line an entry, <c>custodian sequence record-id commitment</c>. A cut last line is left
/// out. Only what verified stands in it: what was found wrong is asked again.
/// </summary>
public sealed class ReplayJournal : IDisposable
{
    private const int LinesBetweenFlushes = 256;
    private readonly Lock _writing = new();
    private readonly HashSet<string> _proved = new(StringComparer.Ordinal);
    private readonly StreamWriter _file;
    private int _unwritten;

    private ReplayJournal(StreamWriter file) => _file = file;

    /// <summary>Entries that an earlier run of this replay proved.</summary>
    public int Count => _proved.Count;

    /// <summary>Opens the journal of a replay, or begins one.</summary>
    /// <exception cref="ReplayJournalException">The file is of another chain or contract, or is no journal.</exception>
    public static ReplayJournal Open(string path, ulong chainId, Address contract)
    {
        string header = string.Create(CultureInfo.InvariantCulture, $"consortium-replay/1 {chainId} {contract}");
        string[] lines = File.Exists(path) ? File.ReadAllText(path, Encoding.ASCII).Split('\n') : [""];
        if (lines.Length > 1 ? lines[0] != header : !header.StartsWith(lines[0], StringComparison.Ordinal))
        {
            throw new ReplayJournalException(lines[0].StartsWith("consortium-replay/1 ", StringComparison.Ordinal)
                ? $"{path} is the journal of a replay of another chain or contract; name another file."
                : $"{path} is no journal of a replay; name another file.");
        }

        // Nothing that is whole is written again: the half line of a killed process is cut off, and what comes is appended.
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        file.SetLength(lines.SkipLast(1).Sum(line => line.Length + 1));
        file.Seek(0, SeekOrigin.End);
        var journal = new ReplayJournal(new StreamWriter(file, Encoding.ASCII));
        if (file.Length == 0) journal._file.Write(header + "\n");
        journal._proved.UnionWith(lines.Skip(1).SkipLast(1));
        return journal;
    }

    internal bool Has(Address custodian, TrailEntry entry) => _proved.Contains(Line(custodian, entry));

    internal void Add(Address custodian, TrailEntry entry)
    {
        string line = Line(custodian, entry);
        lock (_writing)
        {
            _file.Write(line + "\n");
            if (++_unwritten < LinesBetweenFlushes) return;
            _unwritten = 0;
            _file.Flush();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string Line(Address custodian, TrailEntry entry) =>
        string.Create(CultureInfo.InvariantCulture, $"{custodian} {entry.Sequence} {entry.Entry.RecordId} {entry.Entry.Commitment}");
}
