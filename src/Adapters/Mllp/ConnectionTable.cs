using System.Net;

namespace Consortium.Adapters.Mllp;

/// <summary>The connections of a listener, within its limits. Thread-safe.</summary>
internal sealed class ConnectionTable(MllpOptions options)
{
    private readonly Lock _lock = new();
    private readonly HashSet<MllpConnection> _connections = [];
    private readonly Dictionary<IPAddress, int> _bySender = [];

    /// <summary>Lets a connection in, at the cost of one that has never said anything where all places are taken. Null, or why not.</summary>
    public string? Admit(MllpConnection connection)
    {
        MllpConnection? displaced = null;
        lock (_lock)
        {
            int ofSender = _bySender.GetValueOrDefault(connection.Sender);
            if (ofSender >= options.MaxConnectionsPerSender) return $"its address has {ofSender} connections already (MaxConnectionsPerSender)";
            if (_connections.Count >= options.MaxConnections)
            {
                displaced = _connections.Where(other => !other.HasSpoken).MinBy(other => other.Since);
                if (displaced is null) return $"there are {_connections.Count} connections already (MaxConnections)";
                Forget(displaced);
            }

            _connections.Add(connection);
            _bySender[connection.Sender] = ofSender + 1;
        }

        displaced?.End();
        return null;
    }

    /// <summary>A connection has ended.</summary>
    public void Remove(MllpConnection connection)
    {
        lock (_lock) Forget(connection);
    }

    /// <summary>Ends the connections whose time is over.</summary>
    public void CheckDeadlines(long now)
    {
        MllpConnection[] connections;
        lock (_lock) connections = [.. _connections];
        foreach (MllpConnection connection in connections) connection.CheckDeadline(now);
    }

    private void Forget(MllpConnection connection)
    {
        if (!_connections.Remove(connection)) return;
        int left = _bySender[connection.Sender] - 1;
        if (left > 0) _bySender[connection.Sender] = left;
        else _bySender.Remove(connection.Sender);
    }
}
