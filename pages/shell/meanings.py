"""What the chapter's terms mean, in words that are right to the letter."""

MEANINGS = {
    "network": {
        "accuracy, accuracies": "The share of samples whose predicted class is the right one.",
        "class, classes": "One of the kinds a network tells apart; here mostly the ten digits.",
        "confusion matrix": "A table that counts, for each class, how often samples of it were taken for each class.",
        "crossentropy, cross-entropy, categorical crossentropy, sparse categorical crossentropy": (
            "A loss for classes: −log of the probability given to the right class, as the mean over all samples."
        ),
        "hidden layer, hidden layers": (
            "A layer between the input and the last layer. Only the next layer is given what it puts out."
        ),
        "initialization": "The numbers that the weights start from, mostly random ones.",
        "label, labels": "The right answer for a sample: the class it belongs to.",
        "layer, layers": (
            "One step of a network: it takes a tensor and gives another, mostly by weights that training adjusts."
        ),
        "loss, losses": "One number that says how wrong the predictions are. Training makes it smaller.",
        "MNIST": (
            "A data set of 70,000 handwritten digits, each an image of 28 × 28 pixels: 60,000 to train on, 10,000 to "
            "test."
        ),
        "neural network, neural networks": "A chain of layers whose weights are learned from examples.",
        "one-hot, one-hot encoding": (
            "A label written as a vector: a single 1 at the place of the right class, zeros elsewhere."
        ),
        "overfitting": (
            "Learning what is peculiar to the training samples: the network then does better on them than on new ones."
        ),
        "parameter, parameters": "A number that training adjusts: a weight or a bias.",
        "pixel, pixels": "One point of an image, kept as a number, or as several channels.",
        "prediction, predictions": "What a network answers for a sample.",
        "test set, test data, test digits, test images": (
            "Samples kept aside and never trained on. They show what a network does with new ones."
        ),
        "training set, training data, training digits, training images": "The samples that a network is trained on.",
        "unit, units, hidden unit, hidden units": "One of the numbers a layer puts out, and the weights that make it.",
        "weight, weights": "A number that a layer multiplies its input by. Training adjusts it.",
    },
    "drawing": {
        "probability, probabilities": (
            "A number from 0 to 1 that says how likely something is. A network gives one for each class; together they "
            "are 1."
        ),
    },
    "tensors": {
        "axis, axes": "One direction along which a tensor’s numbers are arranged. Axes are counted from 0.",
        "matrix, matrices": "A table of numbers in rows and columns: a tensor of rank 2.",
        "rank, ranks": "How many axes a tensor has. NumPy calls it `ndim`.",
        "scalar, scalars": "A single number: a tensor of rank 0.",
        "shape, shapes": "How many entries a tensor has along each axis, such as (60000, 28, 28).",
        "stride, strides": "How many bytes further in memory the next element along an axis lies.",
        "tensor, tensors": "A block of numbers arranged along axes. A single number is a tensor too, one without axes.",
        "vector, vectors": "Numbers in a row: a tensor of rank 1. Two or three of them can be drawn as an arrow.",
    },
    "dtypes": {
        "bit, bits": "A zero or a one, the smallest piece of memory. Eight bits are a byte.",
        "dtype, dtypes, data type, data types": (
            "How each number of a tensor is kept in memory, such as uint8 or float32. It sets which numbers there are "
            "and how many bytes each one takes."
        ),
        "float32": "A number in 32 bits: a sign, an exponent and a fraction. It keeps about 7 decimal digits.",
        "nan": (
            "“Not a number”: what floating types answer where there is none, as for 0 / 0. It equals nothing, not even "
            "itself."
        ),
    },
    "slicing": {
        "index, indices": (
            "A number that says which entry along an axis is meant, counted from 0; negative numbers count from the "
            "end. Between brackets, one for each axis, it takes part of a tensor."
        ),
        "slice, slices": (
            "Part of a tensor: for an axis it says where to start, where to stop before, and in what steps."
        ),
    },
    "batches": {
        "batch, batches": (
            "The samples that one update of the weights is computed from: a slice of the data along axis 0."
        ),
        "batch size, batch sizes": "How many samples a batch has. The last batch of an epoch may have fewer.",
        "epoch, epochs": "One pass over all training samples.",
        "update, updates": "One change of all weights, computed from one batch.",
    },
    "real_world": {
        "channel, channels": "One of the numbers that make up a pixel: three for red, green and blue, one for grey.",
        "feature, features": "One measured number that describes a sample, such as an age or a price.",
        "sample, samples": (
            "One example of the data, such as one image. In a tensor of data, axis 0 counts the samples."
        ),
        "timestep, timesteps": "One moment of a series in time, at which each feature has a value.",
    },
    "elementwise": {
        "element-wise, elementwise": (
            "Cell by cell: each number of the result depends only on the numbers at the same place."
        ),
        "relu": "max(x, 0): what is positive stays, all else becomes 0.",
    },
    "broadcasting": {
        "broadcasting": (
            "The way tensors of different shapes are combined: the shorter shape gets axes of size 1 on its left, then "
            "each size of 1 is stretched to the size it meets."
        ),
    },
    "product": {
        "bias, biases": "A number that a layer adds to a weighted sum. Training adjusts it as it does a weight.",
        "dense layer, dense layers": (
            "A layer that computes `activation(x @ W + b)`. Each of its outputs depends on all its inputs."
        ),
        "tensor product, dot product, dot products, matrix product, matrix products, matrix multiplication": (
            "`x @ y`: each row of x meets each column of y; their numbers are multiplied pairwise and the products "
            "summed. Mathematicians call another operation by this name."
        ),
    },
    "reshaping": {
        "copy, copies": "An array with memory of its own that holds the same numbers as another.",
        "reshape, reshapes, reshaped, reshaping": (
            "To arrange the same elements, in the same order, into another shape."
        ),
        "transpose, transposes, transposed": (
            "To let a tensor’s axes change places. The rows of a matrix become its columns."
        ),
        "view, views": "An array that reads the memory of another by strides of its own. Nothing is copied.",
    },
    "geometry": {
        "determinant, determinants": (
            "The factor by which a square matrix changes every area (in space, every volume). It is negative if the "
            "matrix mirrors, and 0 if it flattens."
        ),
        "eigenvalue, eigenvalues": "The number by which a matrix multiplies its eigenvector.",
        "eigenvector, eigenvectors": (
            "A vector, not zero, that a matrix only makes longer or shorter, or flips: `W @ v` is v times a number, "
            "the eigenvalue."
        ),
        "linear map, linear maps": (
            "A map of the form `W @ x`. It leaves the origin where it is and never bends a straight line."
        ),
        "singular value, singular values": (
            "A matrix turns the unit circle into an ellipse; the lengths of its half-axes are the singular values."
        ),
    },
    "layer_stack": {
        "activation, activations, activation function, activation functions": (
            "A function applied to what a layer has summed, such as relu or softmax. The numbers that come out are "
            "called activations too."
        ),
        "affine, affine map, affine maps": (
            "Of the form `W @ x + b`: weighted sums, then a shift. An affine map never bends a straight line."
        ),
        "tanh": "A smooth bend that takes every number to between −1 and 1: (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).",
    },
    "uncrumple": {
        "manifold, manifolds": (
            "A line, a surface or its like in more dimensions that looks flat from near by, however bent it is as a "
            "whole."
        ),
        "residual layer, residual layers, residual": (
            "A layer that adds a change to its input instead of replacing it: x + f(x)."
        ),
    },
    "digit_layers": {
        "linear probe, linear probes": (
            "Weighted sums, one for each class, fitted to the numbers of one stage of a network: a test how "
            "well straight cuts so fitted tell the classes apart there."
        ),
        "logit, logits": (
            "A score for one class, of any sign and size, before softmax makes probabilities of the scores."
        ),
        "principal component, principal components, PCA, principal component analysis": (
            "The direction along which data spread most; the second is the one at right angles to it along which they "
            "spread most, and so on. Finding them is called principal component analysis, PCA."
        ),
    },
    "derivative": {
        "derivative, derivatives": "How fast a function changes at a point: the slope of its tangent there.",
        "epsilon": "A small distance, written ε, by which a variable is moved to see how a function answers.",
        "secant, secants": "The straight line through two points of a curve.",
        "tangent, tangents": "The straight line that touches a curve at a point and has the curve’s slope there.",
    },
    "gradient": {
        "gradient, gradients": (
            "The slope of a single result, mostly the loss, for every entry of a tensor. It has that tensor’s shape "
            "and points the way of steepest ascent."
        ),
        "mean squared error, mean squared difference": (
            "A loss: the differences of predictions and targets, squared, and the mean taken."
        ),
        "partial derivative, partial derivatives": (
            "How fast a function changes with one of its variables while all others stay as they are."
        ),
        "target, targets": "What a prediction should be.",
    },
    "descent": {
        "Adagrad": (
            "An optimizer that divides each entry’s step by the root of the sum of all its squared gradients so far. "
            "So steps shrink, most where slopes were steep."
        ),
        "Adam": (
            "An optimizer that joins momentum to RMSprop: it keeps running means of the gradient and of its square, "
            "both corrected for their start at 0."
        ),
        "gradient descent": "Going downhill step by step: new point = old point − learning rate × gradient.",
        "heavy ball": (
            "Polyak’s form of momentum: velocity = momentum × velocity − learning rate × gradient, and the point moves "
            "by the velocity."
        ),
        "learning rate, learning rates": (
            "The number by which the gradient is multiplied to make a step: how far one update goes."
        ),
        "momentum": (
            "A share of the last step is kept in the next one, as a rolling ball keeps its velocity. The share, from 0 "
            "to below 1, is called momentum too."
        ),
        "Nesterov, Nesterov momentum": "Momentum whose gradient is taken ahead, where the velocity alone would lead.",
        "optimizer, optimizers": "The rule that makes changes of the weights out of gradients, such as SGD or Adam.",
        "RMSprop": (
            "An optimizer that divides each entry’s step by the root of a running mean of its squared gradients. "
            "Unlike Adagrad it forgets old ones."
        ),
        "saddle, saddles, saddle point, saddle points": (
            "A point where the gradient is 0 though the function rises in one direction and falls in another."
        ),
        "SGD, stochastic gradient descent": (
            "Stochastic gradient descent: each step follows the gradient of one batch, drawn at random, not that of "
            "all samples."
        ),
    },
    "settings_map": {
        "global minimum, global minima": "A point where a function is nowhere lower.",
        "local minimum, local minima": "A point with no lower one near it; far away there may be lower ones.",
    },
    "noise": {
        "mini-batch, mini-batches": "A batch of more than one sample and fewer than all; mostly simply called a batch.",
    },
    "graph": {
        "adjoint, adjoints": (
            "The derivative of the final result with respect to a value inside a computation. The backward pass finds "
            "one for every box of the graph."
        ),
        "backpropagation": (
            "The backward pass of a network: by the chain rule, from the loss back to every weight, it computes the "
            "gradient."
        ),
        "backward pass, backward passes": (
            "The way from a result back to its inputs: each operation multiplies what arrives by its local derivatives."
        ),
        "chain rule": (
            "The derivative of functions put one after the other is the product of their derivatives, each taken at "
            "the value that reaches it. Over several paths these products are added."
        ),
        "computation graph, computation graphs": (
            "An expression drawn as single operations, with edges along which values go from one to the next."
        ),
        "forward pass, forward passes": (
            "The way from the inputs to the result: each operation computes its value from those before it."
        ),
        "jaxpr, jaxprs": (
            "JAX’s own list of the single operations a Python function performs, found by tracing the function once."
        ),
    },
    "network_graph": {
        "primitive, primitives": (
            "A single operation, such as add or max, that JAX can compute and knows the derivative of."
        ),
        "softmax": (
            "Makes probabilities of scores: e to the power of each score, divided by the sum of all these powers."
        ),
    },
    "gradient_check": {
        "autodiff, automatic differentiation": (
            "Automatic differentiation: each single operation’s own derivative is known, and the chain rule joins "
            "them. There is no ε in it, only rounding."
        ),
        "central difference, central differences": (
            "A finite difference with one point on either side of w: (f(w + ε) − f(w − ε)) / (2ε)."
        ),
        "finite difference, finite differences": (
            "A derivative estimated from two values of the function: their difference, divided by the distance of the "
            "two places."
        ),
    },
    "autodiff_modes": {
        "forward mode": (
            "Automatic differentiation that starts at the inputs: one pass tells how all outputs answer to one input, "
            "or to one direction of all inputs."
        ),
        "Jacobian, Jacobians, Jacobian matrix": (
            "The matrix of all partial derivatives: one row for each output, one column for each input."
        ),
        "reverse mode": (
            "Automatic differentiation that starts at the output: one pass tells how one output answers to all inputs."
        ),
    },
    "from_scratch": {
        "training loop": (
            "Take a batch, predict, compute the loss and its gradient, update the weights; then the next batch."
        ),
    },
}
"""By page: a term with its other forms, and what it means."""
