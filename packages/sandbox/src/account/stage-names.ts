/** What both sales pipelines call their stages, in order. */
export const stageNames = ['New', 'Contacted', 'Qualified "hot"', 'Предложение', 'Won', 'Lost'] as const
