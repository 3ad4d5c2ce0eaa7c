using Consortium.Fhir;

namespace Consortium.Adapters.Narrative;

/// <summary>What was noticed in a note. More than a hundred errors say nothing that the first hundred did not.</summary>
internal sealed class NoteIssues(NoteText note)
{
    private const int Most = 100;

    private readonly List<OutcomeIssue> _issues = [];

    /// <summary>The issues.</summary>
    public IReadOnlyList<OutcomeIssue> All => _issues;

    /// <summary>True where one of them keeps the note from being published.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>Something that must be decided by a person.</summary>
    public void Error(int at, string code, string what)
    {
        HasErrors = true;
        Add(at, IssueSeverity.Error, code, what);
    }

    /// <summary>Something doubtful that is kept as text.</summary>
    public void Warning(int at, string code, string what) => Add(at, IssueSeverity.Warning, code, what);

    /// <summary>A remark.</summary>
    public void Information(int at, string code, string what) => Add(at, IssueSeverity.Information, code, what);

    private void Add(int at, IssueSeverity severity, string code, string what)
    {
        if (_issues.Count < Most || (severity == IssueSeverity.Error && !_issues.Exists(issue => issue.Severity == IssueSeverity.Error)))
        {
            _issues.Add(note.Issue(at, severity, code, what));
        }
    }
}
