using System.Collections;
using System.Data.Common;
using System.Globalization;

namespace Consortium.Storage;

/// <summary>The rows of a <see cref="SqliteStatement"/> for who reads rows of either engine. Disposing it makes the statement ready for its next use.</summary>
internal sealed class SqliteRows(SqliteStatement statement) : DbDataReader
{
    private bool _isClosed;

    public override int Depth => 0;

    public override int FieldCount => statement.Columns;

    public override bool HasRows => throw new NotSupportedException("Whether there are rows is known by reading them.");

    public override bool IsClosed => _isClosed;

    public override int RecordsAffected => -1;

    public override object this[int ordinal] => GetValue(ordinal);

    public override object this[string name] => GetValue(GetOrdinal(name));

    public override bool Read() => !_isClosed && statement.Read();

    public override bool NextResult() => false;

    public override void Close()
    {
        if (_isClosed) return;
        _isClosed = true;
        statement.Reset();
    }

    public override bool IsDBNull(int ordinal) => statement.IsNull(ordinal);

    public override object GetValue(int ordinal) => statement.Value(ordinal);

    public override T GetFieldValue<T>(int ordinal) => typeof(T) == typeof(byte[]) ? (T)(object)statement.Bytes(ordinal) : base.GetFieldValue<T>(ordinal);

    public override long GetInt64(int ordinal) => statement.Long(ordinal);

    public override int GetInt32(int ordinal) => checked((int)statement.Long(ordinal));

    public override short GetInt16(int ordinal) => checked((short)statement.Long(ordinal));

    public override byte GetByte(int ordinal) => checked((byte)statement.Long(ordinal));

    public override bool GetBoolean(int ordinal) => statement.Long(ordinal) != 0;

    public override double GetDouble(int ordinal) => Convert.ToDouble(statement.Value(ordinal), CultureInfo.InvariantCulture);

    public override float GetFloat(int ordinal) => (float)GetDouble(ordinal);

    public override decimal GetDecimal(int ordinal) => Convert.ToDecimal(statement.Value(ordinal), CultureInfo.InvariantCulture);

    public override string GetString(int ordinal) => statement.Text(ordinal);

    public override string GetName(int ordinal) => statement.ColumnName(ordinal);

    public override int GetOrdinal(string name)
    {
        for (int i = 0; i < statement.Columns; i++)
        {
            if (statement.ColumnName(i).Equals(name, StringComparison.OrdinalIgnoreCase)) return i;
        }

        throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such column.");
    }

    public override int GetValues(object[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        int count = Math.Min(values.Length, FieldCount);
        for (int i = 0; i < count; i++) values[i] = GetValue(i);
        return count;
    }

    public override Type GetFieldType(int ordinal) => GetValue(ordinal).GetType();

    public override string GetDataTypeName(int ordinal) => GetFieldType(ordinal).Name;

    public override IEnumerator GetEnumerator() => new DbEnumerator(this);

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) => throw NotHere();

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) => throw NotHere();

    public override char GetChar(int ordinal) => throw NotHere();

    public override DateTime GetDateTime(int ordinal) => throw NotHere();

    public override Guid GetGuid(int ordinal) => throw NotHere();

    private static NotSupportedException NotHere() => new("The stores have whole numbers, floating-point numbers, texts and bytes.");
}
