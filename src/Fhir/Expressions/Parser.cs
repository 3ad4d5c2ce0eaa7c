using System.Globalization;
using Consortium.Fhir.Expressions.Functions;
using Consortium.Fhir.Expressions.Typing;

namespace Consortium.Fhir.Expressions;

/// <summary>Parses FHIRPath by precedence climbing (FHIRPath N1 6.8 and appendix B).</summary>
internal sealed class Parser
{
    /// <summary>Deepest nesting of brackets and signs, so that parsing keeps within its stack.</summary>
    private const int MaxDepth = 200;

    /// <summary>Longest way from an expression through its parts, so that evaluating keeps within its stack.</summary>
    private const int MaxHeight = 600;

    private readonly List<Token> _tokens;
    private readonly Dictionary<Expression, PathSyntax> _syntax = new(ReferenceEqualityComparer.Instance);
    private int _at;
    private int _depth;

    /// <summary>The type of the focus, where it is known and the scope is the outermost; else 0.</summary>
    private int _focusType;

    private readonly bool _definesVariables;

    /// <summary>How many functions' brackets are open.</summary>
    private int _brackets;

    private Parser(string text, int focusType)
    {
        (_tokens, _focusType) = (Lexer.Tokens(text), focusType);
        _definesVariables = _tokens.Exists(static t => t is { Kind: TokenKind.Identifier, Text: "defineVariable" });
    }

    private Token Current => _tokens[_at];

    /// <param name="text">The expression.</param>
    /// <param name="focusType">
    /// The type row of every element that it will be evaluated on, whose children are then in <see cref="Evaluation.Present"/>; 0 for any.
    /// </param>
    public static Expression Parse(string text, int focusType = 0) => Parse(text, focusType, out _);

    /// <summary>The expression as written, for checking it.</summary>
    public static PathSyntax Syntax(string text)
    {
        Parse(text, 0, out PathSyntax syntax);
        return syntax;
    }

    private static Expression Parse(string text, int focusType, out PathSyntax syntax)
    {
        if (text.Length > 100_000) throw new FhirPathException("A FHIRPath expression has at most 100,000 characters.");
        Parser parser = new(text, focusType);
        Expression expression = parser.Binary(0);
        if (parser.Current.Kind != TokenKind.End) throw parser.Unexpected("an operator or the end");
        syntax = parser._syntax[expression];
        return expression;
    }

    private T Noted<T>(T expression, PathSyntax syntax)
        where T : Expression
    {
        if (syntax.Height > MaxHeight) throw Syntax(syntax.At, $"the expression chains and nests more than {MaxHeight} parts");
        _syntax[expression] = syntax;
        return expression;
    }

    /// <summary>An operand or argument by itself: variables that it defines are not seen outside of it (FHIRPath, defineVariable).</summary>
    private Expression Scoped(Expression part) => _definesVariables && part is not LiteralExpression ? Noted(new ScopedExpression(part), _syntax[part]) : Settled(part);

    /// <summary>Within the brackets of a function, where it may be asked of many items, a part that is the same for all of them.</summary>
    private Expression Settled(Expression part)
    {
        if (_brackets == 0 || part is LiteralExpression or VariableExpression || _syntax[part] is not { IsSettled: true } syntax) return part;
        return Noted(part is BooleanExpression truth ? new SettledTruthExpression(truth) : new SettledExpression(part) as Expression, syntax);
    }

    private LiteralExpression Literal(int at, PathValue value) => Noted(LiteralExpression.Of(value), new LiteralSyntax(at, value));

    private PathSyntax? SyntaxOf(Expression? expression) => expression is null ? null : _syntax[expression];

    /// <summary>Binary operators from the loosest to the tightest.</summary>
    private static int Precedence(Token token)
    {
        if (token.Kind is not (TokenKind.Symbol or TokenKind.Identifier)) return -1;
        return token.Text switch
        {
            "implies" => 1,
            "or" or "xor" => 2,
            "and" => 3,
            "in" or "contains" => 4,
            "=" or "~" or "!=" or "!~" => 5,
            "<" or "<=" or ">" or ">=" => 6,
            "|" => 7,
            "is" or "as" => 8,
            "+" or "-" or "&" => 9,
            "*" or "/" or "div" or "mod" => 10,
            _ => -1,
        };
    }

    private Expression Binary(int above)
    {
        if (++_depth > MaxDepth) throw new FhirPathException($"The expression is nested deeper than {MaxDepth} levels.");
        Expression left = Unary();
        while (Precedence(Current) is int precedence && precedence > above)
        {
            Token op = Take();
            if (op.Text is "is" or "as")
            {
                left = Cast(op, left, TypeSpecifier());
                continue;
            }

            (left, Expression right) = (Scoped(left), Scoped(Binary(precedence)));
            left = Noted(Operators.Create(op.Text, left, right), new BinarySyntax(op.At, op.Text, _syntax[left], _syntax[right]));
        }

        _depth--;
        return left;
    }

    private Expression Unary()
    {
        if (Current.Is("+") || Current.Is("-"))
        {
            if (++_depth > MaxDepth) throw new FhirPathException($"The expression is nested deeper than {MaxDepth} levels.");
            Token sign = Take();
            Expression operand = Unary();
            _depth--;
            return Noted(new PolarityExpression(operand, sign.Text == "-"), new PolaritySyntax(sign.At, _syntax[operand]));
        }

        return Postfix();
    }

    private Expression Postfix()
    {
        Expression left = Term();
        while (true)
        {
            if (Current.Is("."))
            {
                _at++;
                left = Invocation(left);
            }
            else if (Current.Is("["))
            {
                int at = Take().At;
                Expression index = Scoped(Binary(0));
                Expect("]");
                left = Noted(new IndexerExpression(left, index), new IndexerSyntax(at, _syntax[left], _syntax[index]));
            }
            else
            {
                return left;
            }
        }
    }

    private Expression Term()
    {
        Token token = Current;
        switch (token.Kind)
        {
            case TokenKind.Text:
                _at++;
                return Literal(token.At, PathValue.Of(token.Text));
            case TokenKind.Number:
                _at++;
                return NumberOrQuantity(token);
            case TokenKind.Temporal:
                _at++;
                return Literal(token.At, PathValue.Of(TemporalLiteral(token)));
            case TokenKind.Variable:
                _at++;
                return Noted(new VariableExpression(token.Text), new VariableSyntax(token.At, token.Text));
            case TokenKind.Symbol when token.Text == "(":
                _at++;
                Expression inner = Binary(0);
                Expect(")");
                return inner;
            case TokenKind.Symbol when token.Text == "{":
                _at++;
                Expect("}");
                return Noted(LiteralExpression.Empty, new LiteralSyntax(token.At, null));
            case TokenKind.Identifier when token.Text is "true" or "false":
                _at++;
                return Literal(token.At, PathValue.Of(token.Text == "true"));
            default:
                return Invocation(null);
        }
    }

    private LiteralExpression NumberOrQuantity(Token token)
    {
        bool whole = !token.Text.Contains('.', StringComparison.Ordinal);
        if (!decimal.TryParse(token.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
        {
            throw Syntax(token.At, "a number is too long");
        }

        if (Current.Kind == TokenKind.Text) return Literal(token.At, PathValue.Of(new PathQuantity(number, Take().Text)));
        if (Current.Kind == TokenKind.Identifier && PathQuantity.CalendarUnit(Current.Text) is not null)
        {
            return Literal(token.At, PathValue.Of(new PathQuantity(number, PathQuantity.CalendarUnit(Take().Text)!, calendar: true)));
        }

        return Literal(token.At, whole && number <= int.MaxValue ? PathValue.Of((long)number) : PathValue.Of(number));
    }

    private static PathDateTime TemporalLiteral(Token token)
    {
        string text = token.Text;
        PathKind kind = text.StartsWith('T') ? PathKind.Time : text.Contains('T', StringComparison.Ordinal) ? PathKind.DateTime : PathKind.Date;
        string value = kind == PathKind.Time ? text[1..] : text.EndsWith('T') ? text[..^1] : text;
        return PathDateTime.TryParse(value, kind, out PathDateTime? parsed) ? parsed! : throw Syntax(token.At, "that is no date, dateTime or time");
    }

    private Expression Invocation(Expression? input)
    {
        Token token = Take();
        switch (token.Kind)
        {
            case TokenKind.Special:
                if (input is not null) throw Syntax(token.At, $"${token.Text} does not follow a dot");
                Expression special = token.Text switch { "this" => new ThisExpression(), "index" => new IndexExpression(), _ => new TotalExpression() };
                return Noted(special, new SpecialSyntax(token.At, token.Text));
            case TokenKind.DelimitedIdentifier:
                return Child(input, token);
            case TokenKind.Identifier when Current.Is("("):
                return Function(input, token);
            // 'div' and other operator words may be element names after a dot in lenient implementations; the grammar allows as, is, contains, in.
            case TokenKind.Identifier when input is not null || Precedence(token) < 0 || token.Text is "as" or "is" or "contains" or "in":
                return Child(input, token);
            default:
                if (token.Kind != TokenKind.End) _at--;
                throw Unexpected("a name, a literal or '('");
        }
    }

    private ChildExpression Child(Expression? input, Token name) =>
        Noted(new ChildExpression(input, name.Text, _focusType), new ChildSyntax(name.At, SyntaxOf(input), name.Text));

    /// <summary><c>is</c>, <c>as</c> or <c>ofType</c>.</summary>
    private Expression Cast(Token operation, Expression? input, TypeSpecifier type)
    {
        Expression subject = input ?? new ThisExpression();
        Expression cast = operation.Text == "is" ? new IsExpression(subject, type) : new AsExpression(subject, type, filters: operation.Text == "ofType");
        cast.Absent = Absence.OfCall(operation.Text, subject.Absent);
        return Noted(cast, new TypeSyntax(operation.At, SyntaxOf(input), operation.Text, type));
    }

    private Expression Function(Expression? input, Token name)
    {
        _at++;
        if (name.Text is "is" or "as" or "ofType")
        {
            TypeSpecifier type = TypeSpecifier();
            Expect(")");
            return Cast(name, input, type);
        }

        List<Expression> arguments = [];
        // Within a function's brackets $this may be another element.
        int focusType = _focusType;
        _focusType = 0;
        _brackets++;
        if (!Current.Is(")"))
        {
            arguments.Add(Argument(name));
            while (Current.Is(","))
            {
                _at++;
                arguments.Add(Argument(name));
            }
        }

        _focusType = focusType;
        _brackets--;
        Expect(")");
        PathSyntax[] written = [.. arguments.Select(a => _syntax[a])];
        if (name.Text == "iif" && written is [LiteralSyntax { Value: { Kind: not PathKind.Boolean } }, ..])
        {
            throw Syntax(written[0].At, "the criterion of iif() is a Boolean (FHIRPath N1 5.5.1)");
        }

        return Noted(FunctionTable.Create(name.Text, input, [.. arguments], name.At), new FunctionSyntax(name.At, SyntaxOf(input), name.Text, written));
    }

    /// <summary>The keys of sort() are looked at for their sign.</summary>
    private Expression Argument(Token function)
    {
        Expression argument = Binary(0);
        return function.Text == "sort" ? argument : Scoped(argument);
    }

    private TypeSpecifier TypeSpecifier()
    {
        string first = TypeWord();
        if (!Current.Is(".")) return new TypeSpecifier(null, first);
        _at++;
        return new TypeSpecifier(first, TypeWord());
    }

    private string TypeWord()
    {
        Token token = Take();
        return token.Kind is TokenKind.Identifier or TokenKind.DelimitedIdentifier ? token.Text : throw Syntax(token.At, "a type name is expected");
    }

    /// <summary>The current token, passed over; the end stays current.</summary>
    private Token Take()
    {
        Token token = _tokens[_at];
        if (token.Kind != TokenKind.End) _at++;
        return token;
    }

    private void Expect(string symbol)
    {
        if (!Current.Is(symbol)) throw Unexpected($"'{symbol}'");
        _at++;
    }

    private FhirPathException Unexpected(string wanted) =>
        Syntax(Current.At, Current.Kind == TokenKind.End ? $"the expression ends where {wanted} is expected" : $"'{Current.Text}' stands where {wanted} is expected");

    private static FhirPathException Syntax(int at, string what) => new($"FHIRPath syntax, position {at + 1}: {what}.", at);
}
