using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Model;

/// <summary>Joins the classes of the model to the compiled definitions: both have the elements of a type in the same order.</summary>
internal static partial class ModelTypes
{
    private static readonly Lazy<(int[] Rows, int[] Numbers)> s_joined = new(Join);

    /// <summary>The row of a class's type.</summary>
    public static int RowOf(Base value) => s_joined.Value.Rows[value.ClassNumber];

    /// <summary>An object of the class for a type's row.</summary>
    public static Base Create(R4Tables tables, int row)
    {
        int number = s_joined.Value.Numbers[row];
        return number > 0 ? Create(number) : throw new InvalidOperationException($"The model has no class for {tables.Text(tables.Types[row].Path)}.");
    }

    /// <summary>The paths of the classes, by number - 1.</summary>
    internal static string[] AllPaths() => Paths.Split('|');

    private static (int[] Rows, int[] Numbers) Join()
    {
        R4Tables tables = R4Tables.Instance;
        string[] paths = AllPaths();
        Dictionary<string, int> numbers = new(paths.Length, StringComparer.Ordinal);
        for (int i = 0; i < paths.Length; i++) numbers.Add(paths[i], i + 1);
        int[] rowOf = new int[paths.Length + 1], numberOf = new int[tables.Types.Length];
        for (int row = 1; row < tables.Types.Length; row++)
        {
            if (!numbers.TryGetValue(tables.Text(tables.Types[row].Path), out int number)) continue;
            numberOf[row] = number;
            // A constrained type (SimpleQuantity) has its base's path and elements; either row will do.
            if (rowOf[number] == 0) rowOf[number] = row;
        }

        return (rowOf, numberOf);
    }
}
