using Microsoft.Extensions.Configuration;

namespace Consortium.Cli.Host;

/// <summary>Gathers what is wrong with a configuration, so that one start tells all of it and not the first line.</summary>
internal sealed class ConfigurationProblems
{
    private readonly List<string> _found = [];

    /// <summary>The value; where it cannot be read, the problem is kept and a placeholder comes back that is never used.</summary>
    public T Try<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CommandException e)
        {
            if (!_found.Contains(e.Message)) _found.Add(e.Message);
            return default!;
        }
    }

    /// <summary>Ends the start where anything was found.</summary>
    /// <exception cref="CommandException">All that was found, a line each.</exception>
    public void ThrowIfAny()
    {
        if (_found.Count > 0) throw CommandException.Misunderstood(string.Join("\nconsortium: ", _found));
    }

    /// <summary>The keys that nobody asked for: a misspelt one would otherwise be left unread without a word.</summary>
    public static IEnumerable<string> Unread(IConfiguration configuration, IReadOnlySet<string> asked)
    {
        foreach (IConfigurationSection section in configuration.GetChildren())
        {
            if (!asked.Contains(section.Key)) yield return section.Key;
        }
    }
}
