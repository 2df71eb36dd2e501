/** Version that stands in every decision. */
export const SOFTWARE = 'castellan/0.1.0';
