using System.Diagnostics.CodeAnalysis;

namespace Consortium.Fhir.Terminology;

/// <summary>A part of a value set that cannot be enumerated here: codes of one system, or of any where the system is null.</summary>
/// <param name="System">The code system.</param>
/// <param name="Whole">Whether every code of the system is in the value set, so that a grammar of the system decides.</param>
/// <param name="Reason">Why it cannot be enumerated.</param>
internal readonly record struct OpenPart(string? System, bool Whole, string Reason);

/// <summary>One code of an expansion.</summary>
internal readonly record struct ValueSetCode(string? Display, bool IsAbstract, bool IsInactive);

/// <summary>
/// What is known of a value set's codes: those that are in it for sure, and the parts that stay open. A code of a system that
/// is neither enumerated nor open is not in it.
/// </summary>
internal sealed class ValueSetContent
{
    /// <summary>Most codes that are enumerated: a larger value set stays open, so that a package cannot fill the memory.</summary>
    public const int MostCodes = 1_000_000;

    private readonly Dictionary<(string System, string Code), ValueSetCode> _codes = [];
    private readonly List<OpenPart> _open = [];
    private HashSet<string>? _systems;
    private HashSet<string>? _codesAlone;

    public IReadOnlyDictionary<(string System, string Code), ValueSetCode> Codes => _codes;

    public IReadOnlyList<OpenPart> Open => _open;

    public bool IsComplete => _open.Count == 0;

    /// <summary>Whether it has the code in any system.</summary>
    public bool HasCode(string code) => (_codesAlone ??= [.. _codes.Keys.Select(k => k.Code)]).Contains(code);

    private HashSet<string> Systems => _systems ??= [.. _codes.Keys.Select(k => k.System)];

    public static ValueSetContent Undecided(string? system, string reason, bool whole = false)
    {
        ValueSetContent content = new();
        content._open.Add(new OpenPart(system, whole, reason));
        return content;
    }

    public void Add(string system, string code, ValueSetCode details)
    {
        if (_codes.Count >= MostCodes)
        {
            AddOpen(new OpenPart(system, false, $"it has more than {MostCodes} codes"));
            return;
        }

        _systems = null;
        _codes.TryAdd((system, code), details);
    }

    public void AddOpen(OpenPart part)
    {
        if (!_open.Exists(o => o.System == part.System && o.Whole == part.Whole)) _open.Add(part);
    }

    public bool IsOpenFor(string system, [NotNullWhen(true)] out string? reason)
    {
        foreach (OpenPart part in _open)
        {
            if (part.System is not null && part.System != system) continue;
            reason = part.Reason;
            return true;
        }

        reason = null;
        return false;
    }

    public void Union(ValueSetContent other)
    {
        foreach (((string system, string code), ValueSetCode details) in other._codes) Add(system, code, details);
        foreach (OpenPart part in other._open) AddOpen(part);
    }

    /// <summary>What is in both. A code that one has and the other leaves open stays open.</summary>
    public ValueSetContent Intersect(ValueSetContent other)
    {
        ValueSetContent both = new();
        foreach (((string System, string Code) key, ValueSetCode details) in _codes)
        {
            if (other._codes.ContainsKey(key)) both._codes.Add(key, details);
        }

        KeepOpen(both, this, other);
        KeepOpen(both, other, this);
        return both;
    }

    /// <summary>Takes out what the other has. What the other leaves open is open here too.</summary>
    public void Except(ValueSetContent other)
    {
        foreach ((string, string) key in other._codes.Keys) _codes.Remove(key);
        foreach (OpenPart part in other._open)
        {
            List<(string System, string Code)> doubtful = [.. _codes.Keys.Where(k => part.System is null || k.System == part.System)];
            foreach ((string System, string Code) key in doubtful)
            {
                _codes.Remove(key);
                AddOpen(part with { System = key.System, Whole = false });
            }

            for (int i = 0; i < _open.Count; i++)
            {
                if (part.System is null || _open[i].System == part.System) _open[i] = _open[i] with { Whole = false };
            }
        }

        // A whole system without some codes is no longer whole.
        for (int i = 0; i < _open.Count; i++)
        {
            if (_open[i].Whole && other._codes.Keys.Any(k => k.System == _open[i].System)) _open[i] = _open[i] with { Whole = false };
        }

        _systems = null;
    }

    private static void KeepOpen(ValueSetContent both, ValueSetContent one, ValueSetContent other)
    {
        foreach (OpenPart part in one._open)
        {
            if (part.System is null)
            {
                foreach (string system in other.Systems) both.AddOpen(part with { System = system, Whole = false });
                foreach (OpenPart theirs in other._open) both.AddOpen(theirs with { Whole = false });
            }
            else if (other._open.FirstOrDefault(o => o.System is null || o.System == part.System) is { Reason: not null } theirs)
            {
                both.AddOpen(part with { Whole = part.Whole && theirs.Whole && theirs.System is not null });
            }
            else if (other.Systems.Contains(part.System))
            {
                both.AddOpen(part with { Whole = false });
            }
        }
    }
}
