namespace Consortium.Adapters.Plugins;

/// <summary>
/// One version of a plug-in: a copy of its folder with the process that runs it. It ends when it is retired and the last record that it has is done. Thread-safe.
/// </summary>
internal sealed class PluginVersion
{
    private readonly Lock _lock = new();
    private readonly string _copy;
    private int _users;
    private bool _isRetired;
    private bool _isEnded;

    private PluginVersion(PluginManifest manifest, string copy, PluginSupervisor supervisor, AdapterDescription description)
    {
        Manifest = manifest;
        _copy = copy;
        Supervisor = supervisor;
        Description = description;
    }

    public PluginManifest Manifest { get; }

    public PluginSupervisor Supervisor { get; }

    public AdapterDescription Description { get; }

    /// <summary>Copies a plug-in's folder and starts it.</summary>
    /// <param name="program">What runs a plug-in.</param>
    /// <param name="folder">The plug-in's folder.</param>
    /// <param name="manifest">Its manifest, with the limits that the site sets.</param>
    /// <param name="time">The clock of a failing plug-in's rests.</param>
    /// <exception cref="PluginRefusedException">It cannot be loaded.</exception>
    public static PluginVersion Open(PluginHostProgram program, string folder, PluginManifest manifest, TimeProvider time)
    {
        string copy = PluginFolder.Copy(folder);
        var supervisor = new PluginSupervisor(program, copy, manifest, time);
        try
        {
            return new PluginVersion(manifest, copy, supervisor, supervisor.Describe());
        }
        catch (PluginRefusedException e)
        {
            supervisor.Dispose();
            PluginFolder.Delete(copy);
            throw new PluginRefusedException(e.Message.Replace(copy, folder, StringComparison.Ordinal), e);
        }
    }

    /// <summary>Takes it for one question; false where it has ended. Whoever takes it releases it.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            if (_isEnded) return false;
            _users++;
            return true;
        }
    }

    public void Release()
    {
        lock (_lock)
        {
            _users--;
            if (_isRetired) EndIfIdle();
        }
    }

    /// <summary>Another version takes its place: it ends with the last record that it has.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            _isRetired = true;
            EndIfIdle();
        }
    }

    /// <summary>The host is stopping: it ends now.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _isRetired = true;
            if (!_isEnded) End();
        }
    }

    private void EndIfIdle()
    {
        if (_users == 0 && !_isEnded) End();
    }

    private void End()
    {
        _isEnded = true;
        Supervisor.Dispose();
        PluginFolder.Delete(_copy);
    }
}
